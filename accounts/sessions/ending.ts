import { and, eq, ne, type SQL, sql } from "drizzle-orm";
import { clock } from "#accounts/clock.ts";
import { reading } from "#accounts/commit.ts";
import type { Db } from "#db/engine.ts";
import { sessions, users } from "#db/schema.ts";

/**
 * The statements that end a user's sessions, all or all but `keptId`; `sessionsEnded` is the number of live ones among them. A
 * log-in under way opens none afterwards.
 */
export function endSessions(tx: Db, userId: number, keptId?: number) {
  const now = clock.now();
  return {
    sessionsEnded: reading(
      tx.delete(sessions).where(sessionsOf(userId, keptId)).returning({ expiresAt: sessions.expiresAt }),
      (ended) => ended.filter(({ expiresAt }) => expiresAt > now).length,
    ),
    epoch: tx
      .update(users)
      .set({ sessionEpoch: sql`${users.sessionEpoch} + 1` })
      .where(eq(users.id, userId)),
  };
}

/** The condition that `endSessions` would end any session. */
export function hasSessions(userId: number, keptId?: number): SQL {
  return sql`exists (select 1 from ${sessions} where ${sessionsOf(userId, keptId)})`;
}

const sessionsOf = (userId: number, keptId?: number) =>
  and(eq(sessions.userId, userId), keptId === undefined ? undefined : ne(sessions.id, keptId));
