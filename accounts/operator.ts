import { and, desc, eq, gt, sql } from "drizzle-orm";
import { db } from "#db/engine.ts";
import { sessions, users } from "#db/schema.ts";
import { auditEvent } from "./audit.ts";
import type { Caller, Session, User } from "./caller.ts";
import { clock } from "./clock.ts";
import { commit, must } from "./commit.ts";
import { beginErasure, eraseRecords } from "./retention/erasure.ts";
import { deleteAvatarOf } from "./users/avatars.ts";

/* What only the operator of the service may do, to any user: the command line is its only door. */

const BY_OPERATOR = "by operator";

/**
 * Deletes a user with everything personal: sessions and a picture nobody else has at once, address, device and detail of
 * what is on record right afterwards. That something happened to this id, and when, stays. Throws `not_found`.
 */
export async function deleteUser(caller: Caller, user: User): Promise<{ sessionsEnded: number }> {
  const now = clock.now();
  const { ended } = await commit(caller, (tx) => ({
    ended: tx.delete(sessions).where(eq(sessions.userId, user.id)).returning({ expiresAt: sessions.expiresAt }),
    avatar: deleteAvatarOf(tx, user.id),
    user: must(tx.delete(users).where(eq(users.id, user.id)).returning({ id: users.id }), "not_found"),
    erasure: beginErasure(tx, user.id),
    event: auditEvent(tx, { ...caller, ip: null }, "user.deleted", { userId: user.id }),
  }));
  await eraseRecords();
  return { sessionsEnded: ended.filter(({ expiresAt }) => expiresAt > now).length };
}

/** The live sessions of a user, the last used first. */
export function sessionsOf(user: User): Session[] {
  return db()
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, user.id), gt(sessions.expiresAt, clock.now())))
    .orderBy(desc(sessions.lastUsedAt))
    .all();
}

/** Ends a session, whoever's it is. Throws `not_found`. */
export async function operatorRevokeSession(caller: Caller, id: number): Promise<void> {
  const owner = sql`(select user_id from sessions where id = ${id})`;
  await commit(caller, (tx) => ({
    session: must(tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, id)), "not_found"),
    event: auditEvent(tx, caller, "session.revoked", { userId: owner, sessionId: id, detail: BY_OPERATOR }),
    ended: tx.delete(sessions).where(eq(sessions.id, id)),
  }));
}

/** Ends every session of a user; a log-in that is under way cannot slip through. Throws `not_found`. */
export async function operatorRevokeAll(caller: Caller, user: User): Promise<{ sessionsEnded: number }> {
  const now = clock.now();
  const { ended } = await commit(caller, (tx) => ({
    ended: tx.delete(sessions).where(eq(sessions.userId, user.id)).returning({ expiresAt: sessions.expiresAt }),
    user: must(
      tx
        .update(users)
        .set({ sessionEpoch: sql`${users.sessionEpoch} + 1` })
        .where(eq(users.id, user.id)),
      "not_found",
    ),
    event: auditEvent(tx, caller, "session.revoked", { userId: user.id, detail: BY_OPERATOR }),
  }));
  return { sessionsEnded: ended.filter(({ expiresAt }) => expiresAt > now).length };
}
