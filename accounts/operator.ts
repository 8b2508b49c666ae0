import { and, desc, eq, gt, sql } from "drizzle-orm";
import { db, must } from "#db/client.ts";
import { auditEvents, sessions, users } from "#db/schema.ts";
import { auditEvent, commitOnRecord } from "./audit.ts";
import { deleteAvatarOf } from "./avatars.ts";
import type { Caller, Session, User } from "./caller.ts";
import { clock } from "./clock.ts";
import { AccountsError } from "./errors.ts";

/* What only the operator of the service may do, to any user: the command line is its only door. */

const BY_OPERATOR = "by operator";

/**
 * Deletes a user with everything personal: sessions, a picture nobody else has, and address, device and detail of what is
 * on record. That something happened to this id, and when, stays. Throws `not_found`.
 */
export async function deleteUser(caller: Caller, user: User): Promise<{ sessionsEnded: number }> {
  const now = clock.now();
  const own = eq(users.id, user.id);
  const result = await commitOnRecord(caller, (tx) => [
    tx.delete(sessions).where(eq(sessions.userId, user.id)).returning({ expiresAt: sessions.expiresAt }),
    deleteAvatarOf(tx, user.id),
    must(tx.delete(users).where(own).returning({ id: users.id })),
    tx.update(auditEvents).set({ ip: null, device: null, detail: null }).where(eq(auditEvents.userId, user.id)),
    auditEvent(tx, { ...caller, ip: null }, "user.deleted", { userId: user.id }),
  ]);
  if (!result) throw new AccountsError("not_found");
  return { sessionsEnded: result[0].filter(({ expiresAt }) => expiresAt > now).length };
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
  const result = await commitOnRecord(caller, (tx) => [
    must(tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, id))),
    auditEvent(tx, caller, "session.revoked", { userId: owner, sessionId: id, detail: BY_OPERATOR }),
    tx.delete(sessions).where(eq(sessions.id, id)),
  ]);
  if (!result) throw new AccountsError("not_found");
}

/** Ends every session of a user; a log-in that is under way cannot slip through. Throws `not_found`. */
export async function operatorRevokeAll(caller: Caller, user: User): Promise<{ sessionsEnded: number }> {
  const now = clock.now();
  const result = await commitOnRecord(caller, (tx) => [
    tx.delete(sessions).where(eq(sessions.userId, user.id)).returning({ expiresAt: sessions.expiresAt }),
    must(
      tx
        .update(users)
        .set({ sessionEpoch: sql`${users.sessionEpoch} + 1` })
        .where(eq(users.id, user.id)),
    ),
    auditEvent(tx, caller, "session.revoked", { userId: user.id, detail: BY_OPERATOR }),
  ]);
  if (!result) throw new AccountsError("not_found");
  return { sessionsEnded: result[0].filter(({ expiresAt }) => expiresAt > now).length };
}
