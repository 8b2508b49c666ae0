import type { sessions, users } from "#db/schema.ts";
import { AccountsError } from "./errors.ts";
import { describeDevice } from "./sessions/user-agent.ts";

export type User = typeof users.$inferSelect;
export type Session = typeof sessions.$inferSelect;

/** The id of no user. Work for an unknown email address uses it, so that it takes as long as for a known one. */
export const NOBODY = 0;

/** What a request says about itself. */
type FromRequest = {
  ip: string;
  /** Browser and system in words. A function, because most requests don't need it. */
  device: () => string;
  /** The random id of a browser, which it keeps from its first log-in; null for API clients. */
  browser: string | null;
  /** For the log. */
  requestId: string | null;
};

/** A request without a live session. */
export type Visitor = Readonly<FromRequest & { kind: "visitor"; user: null; session: null }>;

/** A request with a live session: it acts for the session's user. */
export type SignedIn = Readonly<FromRequest & { kind: "user"; user: User; session: Session }>;

/** Whoever runs the command line on the server's own machine. */
export type Operator = Readonly<{
  kind: "operator";
  user: null;
  session: null;
  ip: null;
  device: () => string;
  browser: null;
  requestId: null;
}>;

/** Who asks: the first argument of every function of the domain that may refuse. It is only read. */
export type Caller = Visitor | SignedIn | Operator;

export const operator: Operator = {
  kind: "operator",
  user: null,
  session: null,
  ip: null,
  device: () => "Command line",
  browser: null,
  requestId: null,
};

/**
 * What Latchkey commits by itself, such as deleting what has expired. It is no Caller, since nobody asks: `commit` takes it,
 * and no function that checks rights does.
 */
export const housekeeping = { kind: "housekeeping", session: null, ip: null, requestId: null } as const;

type Marks = Partial<Pick<FromRequest, "browser" | "requestId">>;
type LiveSession = { user: User; session: Session };
type NoSession = { user?: undefined; session?: undefined };

/** The caller of a request, with the live session that was found for it, if any. */
export function callerFrom(ip: string, userAgent: string | null, known: Marks & LiveSession): SignedIn;
export function callerFrom(ip: string, userAgent: string | null, known?: Marks & NoSession): Visitor;
export function callerFrom(ip: string, userAgent: string | null, known: Marks & Partial<LiveSession>): Visitor | SignedIn;
export function callerFrom(ip: string, userAgent: string | null, known: Marks & Partial<LiveSession> = {}): Visitor | SignedIn {
  const { user, session, browser = null, requestId = null } = known;
  const device = () => describeDevice(userAgent);
  if (user && session) return { kind: "user", user, session, ip, device, browser, requestId };
  return { kind: "visitor", user: null, session: null, ip, device, browser, requestId };
}

/** The same request as a visitor's: what it does, such as logging in, is not an act of the session that it may come with. */
export function withoutSession(caller: Visitor | SignedIn): Visitor;
export function withoutSession(caller: Caller): Visitor | Operator;
export function withoutSession(caller: Caller): Visitor | Operator {
  return caller.kind === "user" ? { ...caller, kind: "visitor", user: null, session: null } : caller;
}

/** The visitor with the mark that the browser has from now on. */
export function withBrowser(visitor: Visitor, browser: string): Visitor {
  return { ...visitor, browser };
}

/** Throws `authentication_required` unless the caller has a live session. */
export function requireUser(caller: Caller): asserts caller is SignedIn {
  if (caller.kind !== "user") throw new AccountsError("authentication_required");
}

/** Throws a plain Error unless the caller is the operator: no address leads a request to what needs this, so it is a fault of ours. */
export function requireOperator(caller: Caller): asserts caller is Operator {
  if (caller.kind !== "operator") throw new Error(`A ${caller.kind} called what only the operator may do.`);
}
