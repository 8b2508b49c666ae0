import { and, eq, sql } from "drizzle-orm";
import { must, placeholders, prepared, uniqueViolation, withValues } from "#db/client.ts";
import { auditEvents, sessions, users } from "#db/schema.ts";
import { auditEvent, commitOnRecord, NOTED, recorded } from "./audit.ts";
import type { Caller, Session, User } from "./caller.ts";
import { clock, SECOND_MS } from "./clock.ts";
import { AccountsError } from "./errors.ts";
import { rememberDevice } from "./known-devices.ts";
import { clearLimits, type Limit } from "./rate-limits.ts";
import { lifetime, type SessionKind } from "./session-lifetime.ts";
import { newToken } from "./tokens.ts";

const MOST_SESSIONS = 100; // ASVS 7.1.2: the one longest unused ends

export type OpenedSession = { token: string; session: Session; user: User };

/**
 * The single door to a session. Null if the user is no longer what `user` says: not active, or all sessions ended since
 * that row was read. Beyond 100 live sessions the one longest unused ends. Throws `account_inactive`, `account_suspended`.
 */
export async function openSession(
  caller: Caller,
  user: User,
  kind: SessionKind,
  deviceName?: string,
  clearedLimits: Limit[] = [],
): Promise<OpenedSession | null> {
  refuseUnlessActive(user);
  const { token, id, hash } = newToken();
  const now = clock.now();
  const { idleSeconds, absoluteMs } = lifetime(kind);
  const session: Session = {
    id,
    userId: user.id,
    tokenHash: hash,
    deviceName: deviceName || null,
    device: caller.device(),
    ip: caller.ip ?? "",
    idleSeconds,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: now + Math.min(idleSeconds * SECOND_MS, absoluteMs),
    endsAtLatest: now + absoluteMs,
  };
  const { unchanged, endEvents, end, insert } = statements();
  const result = await commitOnRecord(caller, (tx) => [
    must(withValues(unchanged, user)),
    recorded(withValues(endEvents, session)),
    withValues(end, session),
    withValues(insert, session),
    auditEvent(tx, caller, "session.opened", { userId: user.id, sessionId: id }),
    rememberDevice(tx, caller, user.id),
    clearLimits(tx, clearedLimits),
  ]).catch((error) => {
    if (uniqueViolation(error) === "id") return "taken" as const;
    throw error;
  });
  if (result === "taken") return openSession(caller, user, kind, deviceName, clearedLimits); // a random key met another one
  return result && { token, session, user };
}

export function refuseUnlessActive(user: User): void {
  if (user.status === "inactive") throw new AccountsError("account_inactive");
  if (user.status === "suspended") throw new AccountsError("account_suspended");
}

/** Prepared, because log-ins come in crowds; the limit as text and the user cast, since SQLite compiles anew for each value that it can see. */
const statements = prepared((db) => {
  const user = placeholders(users);
  const session = placeholders(sessions);
  const most = sql.raw(String(MOST_SESSIONS - 1));
  const owner = sql`cast(${session.userId} as integer)`;
  const beyondLimit = sql`from ${sessions} where user_id = ${owner}
    and (select count(*) from ${sessions} where user_id = ${owner}) > ${most}
    order by expires_at > ${session.createdAt} desc, last_used_at desc limit -1 offset ${most}`;
  const event = sql`select null, user_id, 'session.revoked', ${session.createdAt}, ${session.ip}, ${session.device}, id, 'limit'`;
  return {
    unchanged: db
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, user.id), eq(users.status, "active"), eq(users.sessionEpoch, user.sessionEpoch)))
      .prepare(),
    endEvents: db.insert(auditEvents).select(sql`${event} ${beyondLimit}`).returning(NOTED).prepare(),
    end: db.delete(sessions).where(sql`${sessions.id} in (select id ${beyondLimit})`).prepare(),
    insert: db.insert(sessions).values(session).prepare(),
  };
});
