import { sql } from "drizzle-orm";
import type { Db, Isolation } from "#db/engine.ts";
import { processWide } from "#db/process-wide.ts";
import { auditEvents, serviceKeys, sessions, users } from "#db/schema.ts";
import {
  type Built,
  must as dbMust,
  mapped,
  type Part,
  type Plan,
  type Result,
  type Step,
  statement,
  transact,
  unless,
} from "#db/statements.ts";
import type { Actor, Service, Session, SignedIn } from "./caller.ts";
import { clock } from "./clock.ts";
import { AccountsError, type RefusalCode } from "./errors.ts";
import { commitTimes, timedOn } from "./measures.ts";

/* The only way to write: every change that the domain makes is a commit. */

/** An audit event that a commit wrote. */
export type RecordedEvent = { type: string; userId: number; sessionId: number | null };

/** The columns that a statement returns of each audit event it writes. */
export const RECORDED = { type: auditEvents.type, userId: auditEvents.userId, sessionId: auditEvents.sessionId };

type Listener = (actor: Actor, events: RecordedEvent[]) => void;

const listeners = processWide("commit-listeners", () => [] as Listener[]);

/**
 * Runs the statements that `build` returns, in order, all or nothing, and returns their results by name once they are on the
 * disk. If the actor has a session, nothing is changed unless this very session is still live and its user active, and for a service
 * unless its key is: a client can hold back a request for half a minute while its session ends. `build` may be called again if another process holds the database.
 * Throws `invalid_token`, the refusal of a `must`, StorageError, and the driver's error for a violated constraint.
 */
export async function commit<const P extends Plan>(actor: Actor, build: (tx: Db) => P, isolation?: Isolation) {
  const guarded = (tx: Db) => ({ signedIn: stillSignedIn(actor), ...build(tx) });
  const results = await timedOn(commitTimes, () => transact<P>(guarded, isolation));
  const all = Object.values(results).flat(Number.POSITIVE_INFINITY);
  const events = all.filter((result) => result instanceof Recorded).flatMap(({ events }) => events);
  if (events.length > 0) for (const listen of listeners) listen(actor, events);
  for (const act of new Set(all.filter((result) => result instanceof Followed).map(({ act }) => act))) act();
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

/** A part of a commit that is left out, and the commit goes on, if `check` refuses it. `check` must only read. */
export function unlessRefused<P extends Part>(check: Part, part: P): Step<Result<P> | undefined> {
  return unless(check, (error) => error instanceof AccountsError, part);
}

class Recorded {
  readonly events: RecordedEvent[];

  constructor(events: RecordedEvent[]) {
    this.events = events;
  }
}

/** Marks a statement that writes audit events and returns RECORDED, so that the listeners of commits get them. */
export function recorded(statement: Step<RecordedEvent[]> | Built<RecordedEvent[]>): Step<Recorded> {
  return mapped<typeof statement, Recorded>(statement, (events) => new Recorded(events as RecordedEvent[]));
}

class Followed {
  readonly act: () => void;

  constructor(act: () => void) {
    this.act = act;
  }
}

/** Marks a statement after which `act` is called, once the commit is on the disk. `act` must not throw; statements that share one share the call. */
export function followedBy(statement: Built, act: () => void): Step<Followed> {
  return mapped(statement, () => new Followed(act));
}

function stillSignedIn(actor: Actor) {
  if (actor.kind === "service")
    return must(liveServiceKey({ id: actor.key.id, keyHash: actor.key.keyHash, now: clock.now() }), "invalid_token");
  return actor.session && must(sessionOf(actor.session), "invalid_token");
}

/**
 * Throws `invalid_token` if the caller's session has ended since the request arrived. Every commit checks this too; this is for
 * work before a commit that an ended session must not start, such as checking a password.
 */
export async function refuseEndedSession({ session }: SignedIn): Promise<void> {
  if (!(await sessionOf(session).first())) throw new AccountsError("invalid_token");
}

/** Throws `invalid_token` if the service's key has ended since the request arrived. Every commit checks this too. */
export async function requireLiveKey({ key: { id, keyHash } }: Service): Promise<void> {
  if (!(await liveServiceKey({ id, keyHash, now: clock.now() }).first())) throw new AccountsError("invalid_token");
}

const sessionOf = ({ id, tokenHash }: Session) => liveSession({ id, tokenHash, now: clock.now() });

const liveServiceKey = statement((db) => {
  const { id, keyHash, expiresAt } = serviceKeys;
  const value = (name: string) => sql.placeholder(name);
  return db
    .select({ id })
    .from(serviceKeys)
    .where(sql`${id} = ${value("id")} and ${keyHash} = ${value("keyHash")} and ${expiresAt} > ${value("now")}`);
});

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
