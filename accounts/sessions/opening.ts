import { and, eq, sql } from "drizzle-orm";
import { auditEvent, NEW_DEVICE } from "#accounts/audit.ts";
import { type Caller, type Session, type User, withoutSession } from "#accounts/caller.ts";
import { clock, SECOND_MS } from "#accounts/clock.ts";
import { commit, must, RECORDED, recorded } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { notice } from "#accounts/emails/notices.ts";
import { isMailOn } from "#accounts/emails/outbox.ts";
import { AccountsError } from "#accounts/errors.ts";
import { missingFactor } from "#accounts/factors/factors.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { findKnownDevice, rememberDevice, trustBrowser } from "#accounts/limits/known-devices.ts";
import { afterSuspension, moveStatus } from "#accounts/users/status.ts";
import { type Left, statusToLeave } from "#accounts/users/ways-back.ts";
import { afterFirst, asKey, insertFrom } from "#db/dialect.ts";
import type { Db } from "#db/engine.ts";
import { uniqueViolation } from "#db/errors.ts";
import { auditEvents, sessions, users } from "#db/schema.ts";
import { type Plan, placeholders, statement } from "#db/statements.ts";
import { lifetime, MAX_SESSIONS, purposeOf, type SessionKind } from "./lifetimes.ts";
import { newToken } from "./tokens.ts";

class OutOfDate extends Error {}

/** The statements of what opens a session, for its commit, such as those that note a log-in's success. */
type Proof = { succeeded(tx: Db, user: User): Plan };

type OpeningOptions = {
  deviceName?: string;
  factors?: string;
  attempt?: Proof;
  /** Whether the user said before that log-ins from this browser need no second factor. */
  isTrusted?: boolean;
  /** Whether the user says so now. */
  trustsBrowser?: boolean;
  /** The status that the user leaves by this log-in: the account is active from then on. */
  returnsFrom?: Left | null;
  /** Statements that need the session. */
  afterwards?: (tx: Db, sessionId: number) => Plan;
};

export type OpenedSession = { token: string; session: Session; user: User };

/**
 * The only function that opens sessions of a log-in. Returns null if `given` is out of date: another status, or all sessions have ended
 * since the row was read. Beyond MAX_SESSIONS, the one unused for longest ends. With `attempt`, the same commit records the
 * log-in's success. `factors` says by what the user was proven, "password" by default; that alone isn't enough where a second factor is
 * needed, unless the browser is trusted. A device that isn't known is told by mail. Throws `account_inactive`, `account_suspended`, `email_unverified`, and `rate_limited` if a limit of the attempt is used up or the
 * user has opened too many sessions within the hour.
 */
export async function openSession(
  caller: Caller,
  given: User,
  kind: SessionKind,
  options: OpeningOptions = {},
): Promise<OpenedSession | null> {
  const user = await afterSuspension(given);
  const { returnsFrom = null } = options;
  if (returnsFrom === null) statusToLeave(user);
  else if (user.status !== returnsFrom) return null;
  if (config().requireVerifiedEmail && user.emailVerifiedAt === null) throw new AccountsError("email_unverified");
  if (options.factors === undefined && !options.isTrusted) refuseHalf(user);
  spend("sessions_opened", user.id);
  const { token, id, hash } = newToken(purposeOf({ kind, scopes: null }));
  const now = clock.now();
  const { idleSeconds, absoluteMs } = lifetime(kind);
  const isNewDevice = (await findKnownDevice(caller, user.id)) === null;
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
    factors: options.factors ?? "password",
    scopes: null,
    endToldAt: null,
    lastUsedAt: now,
    expiresAt: now + Math.min(idleSeconds * SECOND_MS, absoluteMs),
    endsAtLatest: now + absoluteMs,
  };
  const result = await commit(withoutSession(caller), (tx) => ({
    proof: options.attempt && Object.values(options.attempt.succeeded(tx, user)),
    unchanged: must(unchangedUser(user), () => new OutOfDate()),
    returned: returnsFrom && Object.values(moveStatus(tx, caller, user, "active", "user")),
    told: returnsFrom && notice(tx, caller, user, returnsFrom === "deleting" ? "deletion_cancelled" : "reactivated"),
    endEvents: recorded(recordEndBeyondLimit(session)),
    end: endBeyondLimit(session),
    session: insertSession(session),
    event: auditEvent(tx, caller, "session.opened", { userId: user.id, sessionId: id, detail: isNewDevice ? NEW_DEVICE : undefined }),
    device: rememberDevice(tx, caller, user.id),
    trusted: options.trustsBrowser && trustBrowser(tx, caller, user.id),
    notice: isNewDevice && isMailOn() && notice(tx, caller, user, "new_device"),
    afterwards: options.afterwards && Object.values(options.afterwards(tx, id)),
  })).catch((error) => {
    if (error instanceof OutOfDate) return null;
    if (uniqueViolation(error) === "id") return "taken" as const;
    throw error;
  });
  if (result === "taken") return openSession(caller, user, kind, options); // the random key was taken
  return result && { token, session, user: returnsFrom ? { ...user, ...RETURNED } : user };
}

/** What a return changes of the user's row. */
const RETURNED = { status: "active", inactiveBy: null, statusReason: null, statusUntil: null, deletionToldAt: null } as const;

/** Whatever way in forgets the second factor is a bug. */
function refuseHalf(user: User): void {
  if (missingFactor(user)) throw new Error("A session was to be opened without its second factor.");
}

const row = placeholders(sessions);
const max = sql.raw(String(MAX_SESSIONS - 1)); // as text, because SQLite recompiles the statement for each bound value here
const owner = asKey(row.userId);
const beyondLimit = sql`from ${sessions} where user_id = ${owner} and scopes is null
  and (select count(*) from ${sessions} where user_id = ${owner} and scopes is null) > ${max}
  order by expires_at > ${row.createdAt} desc, last_used_at desc ${afterFirst(MAX_SESSIONS - 1)}`;

const recordEndBeyondLimit = statement((db) => {
  const { createdAt: at, ip, device } = row;
  const event = { userId: sql`user_id`, type: "session.revoked", at, ip, device, sessionId: sql`id`, detail: "limit" };
  return insertFrom(db, auditEvents, event, beyondLimit).returning(RECORDED);
});
const endBeyondLimit = statement((db) => db.delete(sessions).where(sql`${sessions.id} in (select id ${beyondLimit})`));
/** The statement that stores a session. */
export const insertSession = statement((db) => db.insert(sessions).values(row));
/** The user, if the status and the sessions are as they were read. */
export const unchangedUser = statement((db) => {
  const { id, status, sessionEpoch } = placeholders(users);
  return db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, id), eq(users.status, status), eq(users.sessionEpoch, sessionEpoch)));
});
