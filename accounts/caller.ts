import type { serviceKeys, sessions, users } from "#db/schema.ts";
import type { Right } from "./contract/service-schemas.ts";
import { AccountsError } from "./errors.ts";
import { describeDevice } from "./sessions/user-agent.ts";

export type User = typeof users.$inferSelect;
export type Session = typeof sessions.$inferSelect;
export type ServiceKey = typeof serviceKeys.$inferSelect;

/** The id of no user. Work for an unknown email address uses it, so that it takes as long as for a known one. */
export const NOBODY = 0;

/** What is known from the request itself. */
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

/** A request of another service, with its key. */
export type Service = Readonly<FromRequest & { kind: "service"; user: null; session: null; key: ServiceKey }>;

/** Whoever runs the command line on the server's machine. */
export type Operator = Readonly<{
  kind: "operator";
  user: null;
  session: null;
  ip: null;
  device: () => string;
  browser: null;
  requestId: null;
}>;

/** Who is asking: the first argument of every function that routes, forms and commands call and that checks rights. Never changed. */
export type Caller = Visitor | SignedIn | Service | Operator;

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
 * The actor of Latchkey's own maintenance, such as deleting expired rows. It isn't a Caller: `commit` accepts it, but no function
 * that checks rights does.
 */
export const housekeeping = { kind: "housekeeping", session: null, ip: null, device: () => null, requestId: null } as const;

/** Whose act a commit is. */
export type Actor = Caller | typeof housekeeping;

export const SERVICE_KEY_REQUIRED = "Send a service key as “Authorization: Bearer <key>”, or its id and the key as HTTP Basic.";

type RequestFacts = Partial<Pick<FromRequest, "browser" | "requestId">>;
type LiveSession = { user: User; session: Session };
type NoSession = { user?: undefined; session?: undefined };

/** The caller of a request: a user if a live session was found for it, otherwise a visitor. */
export function callerFrom(ip: string, userAgent: string | null, known: RequestFacts & LiveSession): SignedIn;
export function callerFrom(ip: string, userAgent: string | null, known?: RequestFacts & NoSession): Visitor;
export function callerFrom(ip: string, userAgent: string | null, known: RequestFacts & Partial<LiveSession>): Visitor | SignedIn;
export function callerFrom(ip: string, userAgent: string | null, known: RequestFacts & Partial<LiveSession> = {}): Visitor | SignedIn {
  const { user, session, browser = null, requestId = null } = known;
  const device = () => describeDevice(userAgent);
  if (user && session) return { kind: "user", user, session, ip, device, browser, requestId };
  return { kind: "visitor", user: null, session: null, ip, device, browser, requestId };
}

/** The caller of a request with a service key. What it does is on record with the key's name in place of a device. */
export function serviceFrom(key: ServiceKey, ip: string, requestId: string | null): Service {
  return { kind: "service", user: null, session: null, key, ip, device: () => `Service “${key.name}”`, browser: null, requestId };
}

/** The caller without its session, for what isn't done in the name of that session, such as logging in. */
export function withoutSession(caller: Visitor | SignedIn): Visitor;
export function withoutSession(caller: Caller): Visitor | Service | Operator;
export function withoutSession(caller: Caller): Visitor | Service | Operator {
  return caller.kind === "user" ? { ...caller, kind: "visitor", user: null, session: null } : caller;
}

/** The visitor with a new id for its browser. */
export function withBrowser(visitor: Visitor, browser: string): Visitor {
  return { ...visitor, browser };
}

/** Throws `authentication_required` unless the caller has a live session, and `not_permitted` if it is a personal access token. */
export function requireUser(caller: Caller): asserts caller is SignedIn {
  requireReader(caller);
  if (caller.session.scopes !== null) throw new AccountsError("not_permitted");
}

/** Throws `authentication_required` unless the caller has a live session. For what a personal access token may do too: read. */
export function requireReader(caller: Caller): asserts caller is SignedIn {
  if (caller.kind !== "user") throw new AccountsError("authentication_required");
}

/** Throws `authentication_required` unless the caller is a service, and `not_permitted` if its key doesn't have this right. */
export function requireService(caller: Caller, right: Right): asserts caller is Service {
  if (caller.kind !== "service") throw new AccountsError("authentication_required", { detail: SERVICE_KEY_REQUIRED });
  if (!hasRight(caller, right)) throw new AccountsError("not_permitted", { detail: `This service key doesn’t have the right “${right}”.` });
}

export const hasRight = ({ key }: Service, right: Right): boolean => key.rights.split(" ").includes(right);

/** Throws a plain Error unless the caller is the operator. No route or form calls such a function, so anything else is a bug. */
export function requireOperator(caller: Caller): asserts caller is Operator {
  if (caller.kind !== "operator") throw new Error(`A ${caller.kind} called what only the operator may do.`);
}
