import { and, desc, eq, gt, inArray, lte, ne, sql } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Actor, housekeeping, type User } from "#accounts/caller.ts";
import { clock, MINUTE_MS } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import { tellDeleted } from "#accounts/emails/notices.ts";
import { endSessions } from "#accounts/sessions/ending.ts";
import { deleteAvatarOf } from "#accounts/users/avatars.ts";
import { deletions, erasures } from "#db/deletions-schema.ts";
import { ElsewhereError } from "#db/dialect.ts";
import { type Db, db } from "#db/engine.ts";
import { auditEvents, emails, users } from "#db/schema.ts";
import { inSlices } from "./slices.ts";

const ERASED_AT_ONCE = 2_000; // events; a few milliseconds (measured)
const LATE_MS = MINUTE_MS; // a log-in under way when its user was deleted may still write an event

/**
 * The statements that delete a user with everything personal, in one commit: sessions, picture, factors and mails, and address, device and
 * detail of the user's latest events; `eraseRecords` goes on with older ones. What stays of the events is what, when, and which id. The user
 * is told by a last mail. The commit is rolled back with `not_found` if somebody else was faster. Whoever calls it has checked that the move
 * is allowed.
 */
export function erase(tx: Db, actor: Actor, user: User, isTold = true) {
  return {
    ...endSessions(tx, user.id),
    avatar: deleteAvatarOf(tx, user.id),
    emails: tx.delete(emails).where(eq(emails.userId, user.id)),
    user: must(tx.delete(users).where(eq(users.id, user.id)).returning({ id: users.id }), "not_found"),
    events: eraseLatest(tx, user.id),
    erasure: beginErasure(tx, user),
    event: auditEvent(tx, actor, "user.deleted", { userId: user.id }),
    lastMail: isTold && tellDeleted(tx, actor, user),
  };
}

/** Erases the personal part of a user's latest events: of nearly all users, that is all of them. */
function eraseLatest(tx: Db, userId: number) {
  const latest = tx.select({ id: auditEvents.id }).from(auditEvents).where(eq(auditEvents.userId, userId)).orderBy(desc(auditEvents.id));
  const isLatest = and(eq(auditEvents.userId, userId), inArray(auditEvents.id, latest.limit(ERASED_AT_ONCE)));
  return tx.update(auditEvents).set({ ip: null, device: null, detail: null }).where(isLatest);
}

/** The statements that note for good who was deleted, and schedule the erasure of the user's events. */
function beginErasure(tx: Db, { id: userId, createdAt: registeredAt }: User) {
  const deletedAt = clock.now();
  const again = { deletedAt, erasedTo: 0 }; // after a restore
  return [
    tx
      .insert(deletions)
      .values({ userId, registeredAt, deletedAt })
      .onConflictDoUpdate({ target: [deletions.userId, deletions.registeredAt], set: { deletedAt } }),
    tx
      .insert(erasures)
      .values({ userId, ...again })
      .onConflictDoUpdate({ target: erasures.userId, set: again }),
  ];
}

/**
 * Erases address, device and detail from the events of deleted users, in slices, because there may be hundreds of thousands.
 * Continues where an interrupted run stopped.
 */
export async function eraseRecords(): Promise<void> {
  try {
    for (const erasure of await db().select().from(erasures)) await eraseRecord(erasure);
  } catch (error) {
    if (!(error instanceof ElsewhereError)) throw error; // another process erases them
  }
}

async function eraseRecord({ userId, erasedTo, deletedAt }: typeof erasures.$inferSelect): Promise<void> {
  const own = eq(auditEvents.userId, userId);
  let from = erasedTo;
  await inSlices(
    (tx, rows) => {
      const next = tx
        .select({ id: auditEvents.id })
        .from(auditEvents)
        .where(and(own, gt(auditEvents.id, from)))
        .orderBy(auditEvents.id);
      const to = sql`(select max(id) from (${next.limit(rows)}) as next)`;
      return {
        erased: tx
          .update(auditEvents)
          .set({ ip: null, device: null, detail: null })
          .where(and(own, gt(auditEvents.id, from), lte(auditEvents.id, to), ne(auditEvents.type, "user.deleted"))),
        erasure: tx
          .update(erasures)
          .set({ erasedTo: sql`${to}` })
          .where(and(eq(erasures.userId, userId), sql`${to} is not null`))
          .returning(),
      };
    },
    ({ erasure: [moved] }) => {
      from = moved?.erasedTo ?? from;
      return moved === undefined;
    },
  );
  if (deletedAt > clock.now() - LATE_MS) return; // the next run checks again
  await commit(housekeeping, (tx) => ({ done: tx.delete(erasures).where(eq(erasures.userId, userId)) }));
}
