import { and, eq, sql } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, type Session, type User, withoutSession } from "#accounts/caller.ts";
import { clock, SECOND_MS } from "#accounts/clock.ts";
import { commit, must, RECORDED, recorded } from "#accounts/commit.ts";
import { AccountsError } from "#accounts/errors.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { rememberDevice } from "#accounts/limits/known-devices.ts";
import type { LoginAttempt } from "#accounts/limits/login-attempts.ts";
import { afterFirst, asKey, insertFrom } from "#db/dialect.ts";
import { uniqueViolation } from "#db/errors.ts";
import { auditEvents, sessions, users } from "#db/schema.ts";
import { placeholders, statement } from "#db/statements.ts";
import { lifetime, MAX_SESSIONS, purposeOf, type SessionKind } from "./lifetimes.ts";
import { newToken } from "./tokens.ts";

class OutOfDate extends Error {}

export type OpenedSession = { token: string; session: Session; user: User };

/**
 * The only function that opens sessions. Returns null if `user` is out of date: no longer active, or all sessions have ended
 * since the row was read. Beyond MAX_SESSIONS, the one unused for longest ends. With `attempt`, the same commit records the
 * log-in's success. Throws `account_inactive`, `account_suspended`, and `rate_limited` if a limit of the attempt is used up or the
 * user has opened too many sessions within the hour.
 */
export async function openSession(
  caller: Caller,
  user: User,
  kind: SessionKind,
  options: { deviceName?: string; attempt?: LoginAttempt } = {},
): Promise<OpenedSession | null> {
  refuseUnlessActive(user);
  spend("sessions_opened", user.id);
  const { token, id, hash } = newToken(purposeOf(kind));
  const now = clock.now();
  const { idleSeconds, absoluteMs } = lifetime(kind);
  const session: Session = {
    id,
    kind,
    userId: user.id,
    tokenHash: hash,
    deviceName: options.deviceName || null,
    device: caller.device(),
    ip: caller.ip ?? "",
    idleSeconds,
    createdAt: now,
    authenticatedAt: now,
    factors: "password",
    lastUsedAt: now,
    expiresAt: now + Math.min(idleSeconds * SECOND_MS, absoluteMs),
    endsAtLatest: now + absoluteMs,
  };
  const result = await commit(withoutSession(caller), (tx) => ({
    ...options.attempt?.succeeded(tx, user),
    unchanged: must(unchangedUser(user), () => new OutOfDate()),
    endEvents: recorded(recordEndBeyondLimit(session)),
    end: endBeyondLimit(session),
    session: insertSession(session),
    event: auditEvent(tx, caller, "session.opened", { userId: user.id, sessionId: id }),
    device: rememberDevice(tx, caller, user.id),
  })).catch((error) => {
    if (error instanceof OutOfDate) return null;
    if (uniqueViolation(error) === "id") return "taken" as const;
    throw error;
  });
  if (result === "taken") return openSession(caller, user, kind, options); // the random key was taken
  return result && { token, session, user };
}

function refuseUnlessActive(user: User): void {
  if (user.status === "inactive") throw new AccountsError("account_inactive");
  if (user.status === "suspended") throw new AccountsError("account_suspended");
}

const row = placeholders(sessions);
const max = sql.raw(String(MAX_SESSIONS - 1)); // as text, because SQLite recompiles the statement for each bound value here
const owner = asKey(row.userId);
const beyondLimit = sql`from ${sessions} where user_id = ${owner}
  and (select count(*) from ${sessions} where user_id = ${owner}) > ${max}
  order by expires_at > ${row.createdAt} desc, last_used_at desc ${afterFirst(MAX_SESSIONS - 1)}`;

const recordEndBeyondLimit = statement((db) => {
  const { createdAt: at, ip, device } = row;
  const event = { userId: sql`user_id`, type: "session.revoked", at, ip, device, sessionId: sql`id`, detail: "limit" };
  return insertFrom(db, auditEvents, event, beyondLimit).returning(RECORDED);
});
const endBeyondLimit = statement((db) => db.delete(sessions).where(sql`${sessions.id} in (select id ${beyondLimit})`));
const insertSession = statement((db) => db.insert(sessions).values(row));
const unchangedUser = statement((db) => {
  const { id, sessionEpoch } = placeholders(users);
  return db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, id), eq(users.status, "active"), eq(users.sessionEpoch, sessionEpoch)));
});
