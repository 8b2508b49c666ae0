import type { sessions, users } from "#db/schema.ts";
import { describeDevice } from "./devices.ts";
import { AccountsError } from "./errors.ts";

export type User = typeof users.$inferSelect;
export type Session = typeof sessions.$inferSelect;

/** The id of no user: work for an unknown e-mail address is done for it, so that it takes as long. */
export const NOBODY = 0;

/** Who asks: every function of the domain that may refuse gets it first. */
export type Caller = {
  user: User | null;
  session: Session | null;
  /** Null for the operator's command line. */
  ip: string | null;
  /** Browser and system in words; asked for, since most requests need no such words. */
  device: () => string;
  /** The random mark that a browser keeps from its first log-in on; API clients have none. */
  browser: string | null;
  /** What this caller brought about, as it was put on record; for the log. */
  events: { type: string; userId: number; sessionId: number | null }[];
};

/** A caller whose session is live. */
export type SignedIn = Caller & { user: User; session: Session };

/** A caller from what a request says about itself. */
export function callerFrom(
  ip: string,
  userAgent: string | null,
  signedIn?: { user: User; session: Session } | null,
  browser: string | null = null,
): Caller {
  return {
    user: signedIn?.user ?? null,
    session: signedIn?.session ?? null,
    ip,
    device: () => describeDevice(userAgent),
    browser,
    events: [],
  };
}

/** The operator at the command line: may do what no user may. */
export const systemCaller: Caller = { user: null, session: null, ip: null, device: () => "Command line", browser: null, events: [] };

/** Throws `authentication_required` unless the caller has a live session. */
export function requireUser(caller: Caller): asserts caller is SignedIn {
  if (!caller.user || !caller.session) throw new AccountsError("authentication_required");
}
