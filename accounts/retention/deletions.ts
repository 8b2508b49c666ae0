import { and, eq, gt, isNull, lte } from "drizzle-orm";
import { type Caller, housekeeping, requireOperator, type User } from "#accounts/caller.ts";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { isMailOn, email as mail } from "#accounts/emails/outbox.ts";
import { AccountsError } from "#accounts/errors.ts";
import { deletions } from "#db/deletions-schema.ts";
import { type Db, db } from "#db/engine.ts";
import { users } from "#db/schema.ts";
import type { Part } from "#db/statements.ts";
import { erase } from "./erasure.ts";

/* The end of a deletion that a user has asked for, and what a restored backup brought back. */

const DELETION_TOLD_DAYS = 2;
const MAX_AT_ONCE = 100;

/** Deletes every user whose time is over, each in one commit. Whoever came back in the meantime stays. */
export async function deleteDue(): Promise<void> {
  for (;;) {
    const due = await db().select().from(users).where(isDue()).limit(MAX_AT_ONCE);
    for (const user of due)
      await deleteOne(user, (tx) =>
        must(
          tx
            .select({ id: users.id })
            .from(users)
            .where(and(eq(users.id, user.id), isDue())),
          "not_found",
        ),
      );
    if (due.length < MAX_AT_ONCE) return;
  }
}

/**
 * Deletes again every user of whom the list of deletions says that they were deleted: a backup that was made before had them still.
 * Returns how many. Nobody is told, because they were.
 */
export async function deleteAgain(): Promise<number> {
  for (let deleted = 0; ; ) {
    const again = await db()
      .select({ user: users })
      .from(deletions)
      .innerJoin(users, and(eq(users.id, deletions.userId), eq(users.createdAt, deletions.registeredAt)))
      .limit(MAX_AT_ONCE);
    for (const { user } of again) if (await deleteOne(user, () => null, false)) deleted++;
    if (again.length < MAX_AT_ONCE) return deleted;
  }
}

export type Deletion = typeof deletions.$inferSelect;

/** Everybody who was deleted, the oldest deletion first: to be kept beside backups. */
export async function listDeletions(caller: Caller): Promise<Deletion[]> {
  requireOperator(caller);
  return db().select().from(deletions).orderBy(deletions.deletedAt, deletions.userId);
}

/** Deletes again everybody on such a list, after an older backup was restored. Returns how many were there again. */
export async function repeatDeletions(caller: Caller, list: Deletion[]): Promise<number> {
  requireOperator(caller);
  for (let from = 0; from < list.length; from += MAX_AT_ONCE)
    await commit(caller, (tx) => ({
      noted: tx
        .insert(deletions)
        .values(list.slice(from, from + MAX_AT_ONCE))
        .onConflictDoNothing(),
    }));
  return deleteAgain();
}

async function deleteOne(user: User, condition: (tx: Db) => Part, isTold = true): Promise<boolean> {
  return commit(housekeeping, (tx) => ({ due: condition(tx), ...erase(tx, housekeeping, user, isTold) })).then(() => true, unlessGone);
}

/** False for a user who came back, or with whom another process was faster. */
function unlessGone(error: unknown): false {
  if (error instanceof AccountsError && error.code === "not_found") return false;
  throw error;
}

const isDue = () => and(eq(users.status, "deleting"), lte(users.statusUntil, clock.now()));

/** Whether users are reminded of a deletion: not without mail, nor if the whole wait is too short for it. */
export const isReminded = (): boolean => isMailOn() && config().deletionGraceDays > DELETION_TOLD_DAYS;

/** Tells users by mail, once, that their account is deleted within DELETION_TOLD_DAYS. */
export async function tellDeletions(): Promise<void> {
  if (!isReminded()) return;
  const now = clock.now();
  const isUntold = and(
    eq(users.status, "deleting"),
    lte(users.statusUntil, now + DELETION_TOLD_DAYS * DAY_MS),
    gt(users.statusUntil, now),
    isNull(users.deletionToldAt),
  );
  for (const { id, email: to, username, statusUntil } of await db().select().from(users).where(isUntold).limit(MAX_AT_ONCE)) {
    await commit(housekeeping, (tx) => ({
      told: must(
        tx
          .update(users)
          .set({ deletionToldAt: now })
          .where(and(eq(users.id, id), isUntold)),
        "not_found",
      ),
      mail: mail(tx, { kind: "deletion_soon", to, userId: id, data: { username, at: statusUntil ?? now } }),
    })).catch(unlessGone);
  }
}
