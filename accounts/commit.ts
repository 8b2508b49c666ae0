import { sql } from "drizzle-orm";
import type { Db } from "#db/engine.ts";
import { processWide } from "#db/process-wide.ts";
import { auditEvents, sessions, users } from "#db/schema.ts";
import { type Built, must as dbMust, type Part, type Plan, Step, statement, transact } from "#db/statements.ts";
import type { Caller, housekeeping, Session, SignedIn } from "./caller.ts";
import { clock } from "./clock.ts";
import { AccountsError, type RefusalCode } from "./errors.ts";

/* The only way to write: every change that the domain makes is a commit. */

/** An audit event that a commit wrote. */
export type RecordedEvent = { type: string; userId: number; sessionId: number | null };

/** The columns that a statement returns of each audit event it writes. */
export const RECORDED = { type: auditEvents.type, userId: auditEvents.userId, sessionId: auditEvents.sessionId };

/** Whose act a commit is. */
type Actor = Caller | typeof housekeeping;
type Listener = (actor: Actor, events: RecordedEvent[]) => void;

const listeners = processWide("commit-listeners", () => [] as Listener[]);

/**
 * Runs the statements that `build` returns, in order, all or nothing, and returns their results by name once they are on the
 * disk. If the actor has a session, nothing is changed unless this very session is still live and its user active: a client can
 * hold back a request for half a minute while its session ends. `build` may be called again if another process holds the database.
 * Throws `invalid_token`, the refusal of a `must`, StorageError, and the driver's error for a violated constraint.
 */
export async function commit<const P extends Plan>(actor: Actor, build: (tx: Db) => P) {
  const results = await transact<P>((tx) => ({ signedIn: stillSignedIn(actor), ...build(tx) }));
  const events = Object.values(results)
    .flat(Number.POSITIVE_INFINITY)
    .filter((result) => result instanceof Recorded)
    .flatMap(({ events }) => events);
  if (events.length > 0) for (const listen of listeners) listen(actor, events);
  return results;
}

/** Registers a listener for the audit events that this process's commits mark as `recorded`, called once they are on the disk. It must not throw. */
export function onCommitted(listen: Listener): void {
  listeners.push(listen);
}

/**
 * A statement that has to change or find a row; its result is the first one. Without a row, the commit is rolled back and throws
 * the refusal, or a plain Error if none is given.
 */
export function must<S extends Part>(statement: S, refusal?: RefusalCode | (() => Error)) {
  return dbMust(statement, typeof refusal === "string" ? () => new AccountsError(refusal) : refusal);
}

/** A statement whose result is what `read` makes of its rows. */
export function reading<Row, R>(statement: Built<Row[]>, read: (rows: Row[]) => R): Step<R> {
  return new Step(() => read(Step.run(statement)));
}

class Recorded {
  readonly events: RecordedEvent[];

  constructor(events: RecordedEvent[]) {
    this.events = events;
  }
}

/** Marks a statement that writes audit events and returns RECORDED, so that the listeners of commits get them. */
export function recorded(statement: Step<RecordedEvent[]> | Built<RecordedEvent[]>): Step<Recorded> {
  return new Step(() => new Recorded(Step.run(statement)));
}

function stillSignedIn({ session }: Actor) {
  return session && must(sessionOf(session), "invalid_token");
}

/**
 * Throws `invalid_token` if the caller's session has ended since the request arrived. Every commit checks this too; this is for
 * work before a commit that an ended session must not start, such as checking a password.
 */
export async function refuseEndedSession({ session }: SignedIn): Promise<void> {
  if (!(await sessionOf(session).first())) throw new AccountsError("invalid_token");
}

const sessionOf = ({ id, tokenHash }: Session) => liveSession({ id, tokenHash, now: clock.now() });

const liveSession = statement((db) => {
  const value = (name: string) => sql.placeholder(name);
  return db
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      sql`${sessions.id} = ${value("id")} and ${sessions.tokenHash} = ${value("tokenHash")} and ${sessions.expiresAt} > ${value("now")}
        and (select ${users.status} from ${users} where ${users.id} = ${sessions.userId}) = 'active'`,
    );
});
