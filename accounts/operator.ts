import { and, type Column, desc, eq, gt, sql } from "drizzle-orm";
import { insertFrom } from "#db/dialect.ts";
import { db } from "#db/engine.ts";
import { auditEvents, knownDevices, sessions, users } from "#db/schema.ts";
import { type AuditEventPage, auditEvent, type EventQuery, eventsOfUser } from "./audit.ts";
import { type Caller, requireOperator, type Session, type User } from "./caller.ts";
import { clock } from "./clock.ts";
import { commit, must, RECORDED, recorded } from "./commit.ts";
import { EMAIL_MAX_BYTES } from "./contract/field-rules.ts";
import { idFrom } from "./contract/fields.ts";
import { decision } from "./emails/notices.ts";
import { AccountsError } from "./errors.ts";
import { needsSecondFactor } from "./factors/factors.ts";
import { removeFactors } from "./factors/removal.ts";
import { limitsOfFactors } from "./factors/second-factor-limits.ts";
import { clearLimits } from "./limits/counters.ts";
import { erase, eraseRecords } from "./retention/erasure.ts";
import { inSlices } from "./retention/slices.ts";
import { endSessions, endSessionsOnRecord } from "./sessions/ending.ts";
import { requireMove } from "./users/moves.ts";
import { canonicalEmail, canonicalUsername } from "./users/names.ts";
import { decideStatus, type StatusReason } from "./users/status.ts";
import { findUserById } from "./users/users.ts";

/* What only the operator may do, to any user. Every function refuses other callers; only the command line calls them. */

/** What the operator can make of a user, but for deleting. */
export type OperatorStatus = "active" | "inactive" | "suspended";

const BY_OPERATOR = "by operator";
const MAX_NAME_LENGTH = 4 * EMAIL_MAX_BYTES; // in any normalisation form, with surrounding blanks

/** The user with this id, email address or username, or null. */
export async function findUser(caller: Caller, name: string): Promise<User | null> {
  requireOperator(caller);
  if (name.length > MAX_NAME_LENGTH) return null; // converting a very long international domain takes seconds
  const id = idFrom(name);
  if (id !== null) return findUserById(id);
  const canonical = name.includes("@") ? canonicalEmail(name.trim()) : canonicalUsername(name);
  const column = name.includes("@") ? users.emailCanonical : users.usernameCanonical;
  const [found] = await db().select().from(users).where(eq(column, canonical));
  return found ?? null;
}

/** Sets the status. Any but "active" ends all of the user's sessions in the same commit. Throws `not_found`, `not_permitted`. */
export async function setUserStatus(caller: Caller, user: User, status: OperatorStatus, why: StatusReason = {}) {
  requireOperator(caller);
  return decideStatus(caller, user, status, "operator", why);
}

/** Deletes a user with all personal data, at once. Type, time and user id of the events stay. Throws `not_found`. */
export async function deleteUser(caller: Caller, user: User): Promise<{ sessionsEnded: number }> {
  requireOperator(caller);
  requireMove(user, "deleted", "operator");
  const { sessionsEnded } = await commit(caller, (tx) => erase(tx, caller, user));
  await eraseRecords();
  return { sessionsEnded };
}

/**
 * Removes a user's second factors, for somebody who has lost them, and ends all sessions; the user is told by mail. Throws `not_found`,
 * also if there are none.
 */
export async function resetFactors(caller: Caller, user: User): Promise<{ sessionsEnded: number }> {
  requireOperator(caller);
  const had = needsSecondFactor(user) || user.recoveryCodesLeft > 0;
  if (!had) throw new AccountsError("not_found", { detail: `${user.username} has no second factor.` });
  const { sessionsEnded } = await commit(caller, (tx) => ({
    user: must(tx.select({ id: users.id }).from(users).where(eq(users.id, user.id)), "not_found"),
    factors: removeFactors(tx, user.id),
    limits: clearLimits(limitsOfFactors(user.id)),
    ...endSessionsOnRecord(tx, caller, user.id),
    event: auditEvent(tx, caller, "factors.removed", { userId: user.id, detail: BY_OPERATOR }),
    notice: decision(tx, caller, user, "factors_reset"),
  }));
  return { sessionsEnded };
}

/** The live sessions of a user, the most recently used first. */
export async function listSessionsOf(caller: Caller, user: User): Promise<Session[]> {
  requireOperator(caller);
  return db()
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, user.id), gt(sessions.expiresAt, clock.now())))
    .orderBy(desc(sessions.lastUsedAt));
}

/** Ends any user's session. Throws `not_found`. */
export async function operatorRevokeSession(caller: Caller, id: number): Promise<void> {
  requireOperator(caller);
  const owner = sql`(select user_id from sessions where id = ${id})`;
  await commit(caller, (tx) => ({
    session: must(tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, id)), "not_found"),
    event: auditEvent(tx, caller, "session.revoked", { userId: owner, sessionId: id, detail: BY_OPERATOR }),
    ended: tx.delete(sessions).where(eq(sessions.id, id)),
  }));
}

/** Ends every session of a user; a log-in under way opens none. Throws `not_found`. */
export async function operatorRevokeAll(caller: Caller, user: User): Promise<{ sessionsEnded: number }> {
  requireOperator(caller);
  const { sessionsEnded } = await commit(caller, (tx) => ({
    user: must(tx.select({ id: users.id }).from(users).where(eq(users.id, user.id)), "not_found"),
    ...endSessions(tx, user.id),
    event: auditEvent(tx, caller, "session.revoked", { userId: user.id, detail: BY_OPERATOR }),
  }));
  return { sessionsEnded };
}

/**
 * Ends every session of every user, each with an event of its own, in slices; log-ins under way open none. After a restore, say,
 * because sessions that had ended are there again. If it is interrupted, call it again.
 */
export async function operatorRevokeEverybody(caller: Caller): Promise<{ sessionsEnded: number }> {
  requireOperator(caller);
  let sessionsEnded = 0;
  let from = 0;
  await inSlices(
    (tx, rows) => {
      const now = clock.now();
      const next = tx.select({ id: users.id }).from(users).where(gt(users.id, from)).orderBy(users.id).limit(rows);
      const isNext = (id: Column) => sql`${id} > ${from} and ${id} <= (select max(id) from (${next}) as next)`;
      const event = { userId: sql`user_id`, type: "session.revoked", at: now, ip: caller.ip, device: caller.device(), sessionId: sql`id` };
      const live = sql`from ${sessions} where ${isNext(sessions.userId)} and ${sessions.expiresAt} > ${now}`;
      return {
        events: recorded(insertFrom(tx, auditEvents, { ...event, detail: BY_OPERATOR }, live).returning(RECORDED)),
        sessions: tx.delete(sessions).where(isNext(sessions.userId)),
        epochs: tx
          .update(users)
          .set({ sessionEpoch: sql`${users.sessionEpoch} + 1` })
          .where(isNext(users.id))
          .returning({ id: users.id }),
        trust: tx.update(knownDevices).set({ trustedUntil: null }).where(isNext(knownDevices.userId)),
      };
    },
    ({ events, epochs }, rows) => {
      sessionsEnded += events.events.length;
      from = Math.max(from, ...epochs.map(({ id }) => id));
      return epochs.length < rows;
    },
    caller,
  );
  return { sessionsEnded };
}

/** What is on record of a user, also of a deleted one: newest first, at most `limit` events older than `cursor`. */
export async function listAuditEventsOf(caller: Caller, userId: number, query: EventQuery): Promise<AuditEventPage> {
  requireOperator(caller);
  return eventsOfUser(userId, query);
}
