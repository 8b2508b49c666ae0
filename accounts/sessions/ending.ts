import { and, eq, isNull, ne, type SQL, sql } from "drizzle-orm";
import { auditEventIf } from "#accounts/audit.ts";
import type { Caller } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { endTrust } from "#accounts/limits/known-devices.ts";
import type { Db } from "#db/engine.ts";
import { sessions, users } from "#db/schema.ts";
import { mapped } from "#db/statements.ts";

/**
 * The statements that end a user's sessions, all or all but `keptId`, and put that on record if there are any. A log-in under way
 * opens none afterwards.
 */
export function endSessionsOnRecord(tx: Db, caller: Caller, userId: number, { keptId, sessionId, keepsTokens }: Kept = {}) {
  const event = { userId, sessionId, detail: keptId === undefined ? "all" : "others" };
  return {
    endOfSessions: auditEventIf(tx, caller, hasSessions({ userId, keptId, keepsTokens }), "session.revoked", event),
    ...endSessions(tx, userId, keptId, keepsTokens),
  };
}

type Kept = {
  keptId?: number;
  /** Personal access tokens don't end. */
  keepsTokens?: boolean;
  /** The session that acts. */
  sessionId?: number;
};

/**
 * The same for a commit with an event that tells other services as much (REVOKING): they remember tokens for as long as they
 * hear of no such event. `sessionsEnded` is the number of live ones among them. With all sessions the trust in browsers ends too.
 */
export function endSessions(tx: Db, userId: number, keptId?: number, keepsTokens?: boolean) {
  const now = clock.now();
  return {
    sessionsEnded: mapped(
      tx.delete(sessions).where(those({ userId, keptId, keepsTokens })).returning({ expiresAt: sessions.expiresAt }),
      (ended) => ended.filter(({ expiresAt }) => expiresAt > now).length,
    ),
    epoch: tx
      .update(users)
      .set({ sessionEpoch: sql`${users.sessionEpoch} + 1` })
      .where(eq(users.id, userId)),
    trust: keptId === undefined && endTrust(tx, userId),
  };
}

type Those = Pick<Kept, "keptId" | "keepsTokens"> & { userId: number };

/** The condition that `endSessions` would end any session. */
const hasSessions = (which: Those): SQL => sql`exists (select 1 from ${sessions} where ${those(which)})`;

const those = ({ userId, keptId, keepsTokens }: Those) =>
  and(
    eq(sessions.userId, userId),
    keptId === undefined ? undefined : ne(sessions.id, keptId),
    keepsTokens ? isNull(sessions.scopes) : undefined,
  );
