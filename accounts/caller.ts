import type { sessions, users } from "#db/schema.ts";
import { AccountsError } from "./errors.ts";
import { describeDevice } from "./sessions/devices.ts";

export type User = typeof users.$inferSelect;
export type Session = typeof sessions.$inferSelect;

/** The id of no user: work for an unknown email address is done for it, so that it takes as long. */
export const NOBODY = 0;

/** Who asks: every function of the domain that may refuse gets it first. It is only read. */
export type Caller = Readonly<{
  user: User | null;
  session: Session | null;
  /** Null for the operator's command line. */
  ip: string | null;
  /** Browser and system in words; a function, since most requests need no such words. */
  device: () => string;
  /** The random mark that a browser keeps from its first log-in on; API clients have none. */
  browser: string | null;
  /** Of the request, for the log. */
  requestId: string | null;
}>;

/** A caller whose session is live. */
export type SignedIn = Caller & Readonly<{ user: User; session: Session }>;

/** A caller from what a request says about itself, and what is known of it. */
export function callerFrom(
  ip: string,
  userAgent: string | null,
  known: Partial<Pick<Caller, "user" | "session" | "browser" | "requestId">> = {},
): Caller {
  const { user = null, session = null, browser = null, requestId = null } = known;
  return { user, session, ip, device: () => describeDevice(userAgent), browser, requestId };
}

/** The same request as nobody's: what it does, such as logging in, is not an act of the session that it may come with. */
export function withoutSession(caller: Caller): Caller {
  return { ...caller, user: null, session: null };
}

const unsigned = { user: null, session: null, ip: null, browser: null, requestId: null };

/** The operator at the command line: may do what no user may. */
export const systemCaller: Caller = { ...unsigned, device: () => "Command line" };

/** Latchkey itself, tidying up: nobody asks. */
export const housekeeping: Caller = { ...unsigned, device: () => "Latchkey" };

/** Throws `authentication_required` unless the caller has a live session. */
export function requireUser(caller: Caller): asserts caller is SignedIn {
  if (!caller.user || !caller.session) throw new AccountsError("authentication_required");
}
