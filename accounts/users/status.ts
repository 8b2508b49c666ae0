import { and, type Column, eq, isNull, lte } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Actor, type Caller, housekeeping, type User } from "#accounts/caller.ts";
import { clock, instantText } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import { decision } from "#accounts/emails/notices.ts";
import { AccountsError } from "#accounts/errors.ts";
import { endSessions } from "#accounts/sessions/ending.ts";
import { type Db, db } from "#db/engine.ts";
import { users } from "#db/schema.ts";
import type { Part, Plan } from "#db/statements.ts";
import { decideMove, type Mover, mayMove, statusOf } from "./moves.ts";

/** Why a status was set, for the user to read, and when it ends by itself. */
export type StatusReason = { reason?: string | null; until?: number | null };

const DECISIONS = { active: null, suspended: "suspended", inactive: "deactivated", deleting: null } as const;
const MAX_TRIES = 3; // if others change the status at the same time
const MAX_AT_ONCE = 100;

/** The status isn't what it was when the move was decided: to be tried again. */
class StatusChanged extends AccountsError {
  constructor() {
    super("overloaded", { retryAfterSeconds: 1 });
  }
}

/**
 * The statements of a move that was decided for `user` as it was read; any status but “active” ends all of the user's sessions. The
 * commit is rolled back with StatusChanged if the status has changed since. Throws `not_permitted` for a move that isn't allowed.
 */
export function moveStatus(
  tx: Db,
  actor: Actor,
  user: User,
  target: User["status"],
  by: Mover,
  { reason = null, until = null }: StatusReason = {},
) {
  const { status, inactiveBy } = decideMove(user, target, by);
  const set = { status, inactiveBy, statusReason: reason, statusUntil: until, deletionToldAt: null, updatedAt: clock.now() };
  const detail = `${statusOf(user)} → ${status}${until === null ? "" : ` until ${instantText(until)}`}${reason ? `: ${reason}` : ""}`;
  return {
    moved: must(tx.update(users).set(set).where(isUnmoved(user)).returning(), () => new StatusChanged()),
    ...(status !== "active" && endSessions(tx, user.id)),
    event: auditEvent(tx, actor, "status.changed", { userId: user.id, detail }),
  };
}

/**
 * Moves a user to another status, with `more` in the same commit; decides again if somebody else moves the user meanwhile. Whoever calls
 * it checks the caller's rights. Throws `not_permitted` for a move that isn't allowed, `not_found`, `overloaded`.
 */
export async function changeStatus(
  actor: Actor,
  given: User,
  target: User["status"],
  by: Mover,
  why: StatusReason = {},
  more: (tx: Db, user: User) => Plan = () => ({}),
): Promise<{ user: User; sessionsEnded: number }> {
  let user: User | null = given;
  for (let tries = 0; tries < MAX_TRIES && user; tries++) {
    const from = user;
    const build = (tx: Db) => ({ ...moveStatus(tx, actor, from, target, by, why), more: Object.values(more(tx, from)) });
    const result = await commit(actor, build).catch(unlessChanged);
    if (result) return { user: result.moved, sessionsEnded: result.sessionsEnded ?? 0 };
    user = await current(from.id);
  }
  if (!user) throw new AccountsError("not_found");
  throw new AccountsError("overloaded", { retryAfterSeconds: 1 });
}

/** The statements of the move that follows from the proof of a user's address, if any does. They precede others of the user's row. */
export function moveByProof(tx: Db, caller: Caller, user: User): Part {
  return mayMove(user, "active", "proof") && Object.values(moveStatus(tx, caller, user, "active", "proof"));
}

/**
 * Sets the status for the operator or a service; the user is told by mail. An active user stays as is when made active. Throws what
 * `changeStatus` does.
 */
export async function decideStatus(
  caller: Caller,
  given: User,
  target: User["status"],
  by: "operator" | "service",
  why: StatusReason,
): Promise<{ user: User; sessionsEnded: number }> {
  const user = await current(given.id);
  if (!user) throw new AccountsError("not_found");
  if (target === "active" && user.status === "active") return { user, sessionsEnded: 0 };
  const kind = DECISIONS[target];
  return changeStatus(caller, user, target, by, why, (tx, { status }) => ({
    notice: kind !== null && status !== target && decision(tx, caller, user, kind, why),
  }));
}

/** The user, as before the suspension if it is over. */
export async function afterSuspension(user: User): Promise<User> {
  const isOver = user.status === "suspended" && user.statusUntil !== null && user.statusUntil <= clock.now();
  return isOver ? ((await endSuspension(user)) ?? user) : user;
}

/** Ends every suspension that is over. */
export async function endSuspensions(): Promise<void> {
  const over = and(eq(users.status, "suspended"), lte(users.statusUntil, clock.now()));
  for (;;) {
    const suspended = await db().select().from(users).where(over).limit(MAX_AT_ONCE);
    for (const user of suspended) await endSuspension(user);
    if (suspended.length < MAX_AT_ONCE) return;
  }
}

/** Ends a suspension. Returns the user as of then, null if deleted meanwhile. */
async function endSuspension(user: User): Promise<User | null> {
  const ended = await commit(housekeeping, (tx) => moveStatus(tx, housekeeping, user, "active", "time")).catch(unlessChanged);
  return ended?.moved ?? current(user.id);
}

/** The condition that a user's status is as it was read. */
const isUnmoved = ({ id, status, inactiveBy, statusUntil }: User) =>
  and(eq(users.id, id), eq(users.status, status), same(users.inactiveBy, inactiveBy), same(users.statusUntil, statusUntil));

const same = (column: Column, value: number | string | null) => (value === null ? isNull(column) : eq(column, value));

async function current(id: number): Promise<User | null> {
  const [user] = await db().select().from(users).where(eq(users.id, id));
  return user ?? null;
}

function unlessChanged(error: unknown): null {
  if (error instanceof StatusChanged) return null;
  throw error;
}
