import { and, eq, gt, lte, ne, sql } from "drizzle-orm";
import { housekeeping, type User } from "#accounts/caller.ts";
import { clock, MINUTE_MS } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { deletions, erasures } from "#db/deletions-schema.ts";
import { ElsewhereError } from "#db/dialect.ts";
import { type Db, db } from "#db/engine.ts";
import { auditEvents } from "#db/schema.ts";
import { inSlices } from "./slices.ts";

const LATE_MS = MINUTE_MS; // a log-in under way when its user was deleted may still write an event

/** The statements that note for good who was deleted, and schedule the erasure of the user's events. They belong in the commit that deletes the user. */
export function beginErasure(tx: Db, { id: userId, createdAt: registeredAt }: User) {
  const deletedAt = clock.now();
  return [tx.insert(deletions).values({ userId, registeredAt, deletedAt }), tx.insert(erasures).values({ userId, deletedAt })];
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
