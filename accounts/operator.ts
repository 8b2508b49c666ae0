import { and, desc, eq, gt, sql } from "drizzle-orm";
import { db } from "#db/engine.ts";
import { sessions, users } from "#db/schema.ts";
import { type AuditEventPage, auditEvent, eventsOfUser } from "./audit.ts";
import { type Caller, requireOperator, type Session, type User } from "./caller.ts";
import { clock } from "./clock.ts";
import { commit, must } from "./commit.ts";
import { EMAIL_MAX_BYTES, idFrom } from "./contract/fields.ts";
import type { ActivityInput } from "./contract/schemas.ts";
import { beginErasure, eraseRecords } from "./retention/erasure.ts";
import { endSessions } from "./sessions/ending.ts";
import { deleteAvatarOf } from "./users/avatars.ts";
import { canonicalEmail, canonicalUsername } from "./users/names.ts";
import { findUserById } from "./users/users.ts";

/* What only the operator may do, to any user. Every function refuses other callers; only the command line calls them. */

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

/** Users in the order of their ids, after `afterId`. */
export async function listUsers(caller: Caller, afterId: number, limit: number): Promise<User[]> {
  requireOperator(caller);
  return db().select().from(users).where(gt(users.id, afterId)).orderBy(users.id).limit(limit);
}

/** Sets the status. Any but "active" ends all of the user's sessions in the same commit. Throws `not_found`. */
export async function setUserStatus(caller: Caller, user: User, status: User["status"]): Promise<{ user: User; sessionsEnded: number }> {
  requireOperator(caller);
  const { changed, sessionsEnded = 0 } = await commit(caller, (tx) => ({
    changed: must(tx.update(users).set({ status, updatedAt: clock.now() }).where(eq(users.id, user.id)).returning(), "not_found"),
    ...(status !== "active" && endSessions(tx, user.id)),
    event: auditEvent(tx, caller, "status.changed", { userId: user.id, detail: `${user.status} → ${status}` }),
  }));
  return { user: changed, sessionsEnded };
}

/**
 * Deletes a user with all personal data: the sessions and the picture in the same commit, and then address, device and detail of
 * the user's events. Type, time and user id of the events stay. Throws `not_found`.
 */
export async function deleteUser(caller: Caller, user: User): Promise<{ sessionsEnded: number }> {
  requireOperator(caller);
  const { sessionsEnded } = await commit(caller, (tx) => ({
    ...endSessions(tx, user.id),
    avatar: deleteAvatarOf(tx, user.id),
    user: must(tx.delete(users).where(eq(users.id, user.id)).returning({ id: users.id }), "not_found"),
    erasure: beginErasure(tx, user.id),
    event: auditEvent(tx, caller, "user.deleted", { userId: user.id }),
  }));
  await eraseRecords();
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

/** What is on record of a user, also of a deleted one: newest first, at most `limit` events older than `cursor`. */
export async function listAuditEventsOf(caller: Caller, userId: number, page: ActivityInput): Promise<AuditEventPage> {
  requireOperator(caller);
  return eventsOfUser(userId, page);
}
