import { and, desc, eq, gt, ne, sql } from "drizzle-orm";
import { commit, db, must, uniqueViolation } from "#db/client.ts";
import { auditEvents, sessions, users } from "#db/schema.ts";
import { auditEvent, loginLimitedEvent, revokedByLimitEvents, tellOf } from "./audit.ts";
import { type Caller, NOBODY, requireUser, type Session, type SignedIn, type User } from "./caller.ts";
import { clock, SECOND_MS } from "./clock.ts";
import { AccountsError } from "./errors.ts";
import { countedLimits, limitsClearedBy, loginLimits, rememberDevice } from "./known-devices.ts";
import { hashPassword, isOutdated, refuseInFlood, verifyPassword } from "./passwords.ts";
import { purgeSoon } from "./purge.ts";
import { clearLimits, countFailure, type Limit, withinLimits } from "./rate-limits.ts";
import type { LoginInput, LogoutInput, RenameSessionInput } from "./schemas.ts";
import { lifetime, type SessionKind } from "./session-lifetime.ts";
import { findSessionWithUser } from "./session-row.ts";
import { noteUse } from "./session-use.ts";
import { newToken, readToken, sameHash } from "./tokens.ts";
import { canonicalEmail, findUserByEmail } from "./users.ts";
import type { SessionView } from "./views.ts";

const MOST_SESSIONS = 100; // ASVS 7.1.2: the one longest unused ends
const MOST_LOGIN_ATTEMPTS = 3;

export type OpenedSession = { token: string; session: Session; user: User };

/**
 * Opens a session for whoever knows the password. Throws `invalid_credentials`, the same and after the same work for an
 * unknown e-mail address; `account_inactive` and `account_suspended` only after the right password; `rate_limited`, without
 * looking at the password; `overloaded`.
 */
export async function logIn(caller: Caller, input: LoginInput, kind: SessionKind = "lasting"): Promise<OpenedSession> {
  refuseInFlood();
  const emailCanonical = canonicalEmail(input.email);
  const limits = loginLimits(caller, emailCanonical, findUserByEmail(emailCanonical));
  return withinLimits(limits, async () => {
    for (let attempt = 1; attempt <= MOST_LOGIN_ATTEMPTS; attempt++) {
      const user = findUserByEmail(emailCanonical);
      const proven = await verifyPassword(user?.passwordHash ?? null, input.password);
      if (!user || !proven) return refuseLogIn(caller, limits, emailCanonical, user);
      refuseUnlessActive(user);
      const opened = await openSession(caller, user, kind, input.device_name, limitsClearedBy(limits, emailCanonical));
      if (opened) {
        if (isOutdated(user.passwordHash)) await renewHash(user, input.password).catch(() => {}); // the next log-in tries again; this one is through
        return opened;
      }
      // All sessions ended, or the password changed, while this one was being checked: what was proven is out of date.
    }
    throw new AccountsError("overloaded", { retryAfterSeconds: 1 });
  });
}

/**
 * The single door to a session. Null if the user is no longer what `user` says: not active, or all sessions ended since
 * that row was read. Beyond 100 live sessions the one longest unused ends.
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
    device: caller.device,
    ip: caller.ip ?? "",
    idleSeconds,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: now + Math.min(idleSeconds * SECOND_MS, absoluteMs),
    endsAtLatest: now + absoluteMs,
  };
  const beyondLimit = sql`from ${sessions} where user_id = ${user.id}
    order by expires_at > ${now} desc, last_used_at desc limit -1 offset ${MOST_SESSIONS - 1}`;
  const unchanged = and(eq(users.id, user.id), eq(users.status, "active"), eq(users.sessionEpoch, user.sessionEpoch));
  const result = await commit((tx) => [
    must(tx.select({ id: users.id }).from(users).where(unchanged)),
    revokedByLimitEvents(tx, caller, beyondLimit),
    tx.delete(sessions).where(sql`${sessions.id} in (select id ${beyondLimit})`),
    tx.insert(sessions).values(session),
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

/** The live session of a token and its user, or null. Reads two rows by their keys; writes nothing. */
export function findSession(token: string): { session: Session; user: User } | null {
  const key = readToken(token);
  const found = key && findSessionWithUser(key.id);
  if (!found || !sameHash(found.session.tokenHash, key.hash)) return null;
  const { session, user } = found;
  const now = clock.now();
  if (session.expiresAt <= now) {
    purgeSoon(); // for good: it must not come back when the clock is set back
    return null;
  }
  if (user.status !== "active") return null;
  noteUse(session, now);
  return found;
}

/** The caller's live sessions, newest use first: that is this one, which is in use right now. */
export function listSessions(caller: Caller): Session[] {
  requireUser(caller);
  const { user, session } = caller;
  const now = clock.now();
  const rows = db()
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, user.id), gt(sessions.expiresAt, now), ne(sessions.id, session.id)))
    .orderBy(desc(sessions.lastUsedAt))
    .all();
  return [usedAt(session, now), ...rows];
}

/** Ends this session, or with `all` every session of the user. */
export async function logOut(caller: Caller, { all }: LogoutInput): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  if (all) return revokeAllSessions(caller);
  if (!(await endOwnSession(caller, caller.session.id))) throw new AccountsError("invalid_token"); // another request was first
  return { sessionsEnded: 1 };
}

/** Ends one of the caller's own sessions. Throws `not_found`, the same for an unknown id and another person's. */
export async function revokeSession(caller: Caller, id: number): Promise<void> {
  requireUser(caller);
  if (!(await endOwnSession(caller, id))) throw new AccountsError("not_found");
}

/** Gives one of the caller's own sessions a name; an empty one takes it away. Throws `not_found` as `revokeSession` does. */
export async function renameSession(caller: Caller, id: number, { device_name }: RenameSessionInput): Promise<{ session: Session }> {
  requireUser(caller);
  const own = and(eq(sessions.id, id), eq(sessions.userId, caller.user.id), gt(sessions.expiresAt, clock.now()));
  const result = await commit((tx) => [
    must(
      tx
        .update(sessions)
        .set({ deviceName: device_name || null })
        .where(own)
        .returning(),
    ),
  ]);
  if (!result) throw new AccountsError("not_found");
  return { session: result[0][0] as Session };
}

/** Ends every session of the caller but this one. */
export async function revokeOtherSessions(caller: Caller): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  const { user, session } = caller;
  return endSessions(caller, user.id, and(eq(sessions.userId, user.id), ne(sessions.id, session.id)), "others");
}

/** Ends every session of the caller, this one included; a log-in that is under way cannot slip through. */
export async function revokeAllSessions(caller: Caller): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  return endSessions(caller, caller.user.id, eq(sessions.userId, caller.user.id), "all");
}

/** What the user may see of an own session; `currentId` is the session that asks. */
export function publicSession(session: Session, currentId: number | undefined): SessionView {
  const instant = (at: number) => new Date(at).toISOString();
  return {
    id: session.id,
    current: session.id === currentId,
    device_name: session.deviceName,
    device: session.device,
    ip: session.ip,
    created_at: instant(session.createdAt),
    last_used_at: instant(session.lastUsedAt),
    expires_at: instant(session.expiresAt),
    ends_at_latest: instant(session.endsAtLatest),
  };
}

/** Whether there was such a session of the caller's to end. */
async function endOwnSession(caller: SignedIn, id: number): Promise<boolean> {
  const { user } = caller;
  const result = await commit((tx) => [
    must(
      tx
        .delete(sessions)
        .where(and(eq(sessions.id, id), eq(sessions.userId, user.id)))
        .returning({ id: sessions.id }),
    ),
    auditEvent(tx, caller, "session.revoked", { userId: user.id, sessionId: id, detail: "one" }),
  ]);
  return result !== null;
}

async function endSessions(caller: Caller, userId: number, which: ReturnType<typeof and>, detail: string) {
  const now = clock.now();
  const result = await commit((tx) => [
    tx.delete(sessions).where(which).returning({ expiresAt: sessions.expiresAt }),
    tx
      .update(users)
      .set({ sessionEpoch: sql`${users.sessionEpoch} + 1` })
      .where(eq(users.id, userId)),
    auditEvent(tx, caller, "session.revoked", { userId, sessionId: caller.session?.id, detail }),
  ]);
  return { sessionsEnded: (result?.[0] ?? []).filter(({ expiresAt }) => expiresAt > now).length };
}

/** Puts a failure on record. For an address that nobody has, the same is written and taken back, so that it takes as long. */
async function refuseLogIn(caller: Caller, limits: Limit[], emailCanonical: string, user: User | null): Promise<never> {
  const userId = user?.id ?? NOBODY;
  const result = await commit((tx) => [
    ...countedLimits(limits, emailCanonical).map((one) => countFailure(tx, one)),
    auditEvent(tx, caller, "login.failed", { userId }),
    loginLimitedEvent(tx, caller, userId, limits),
    tx.delete(auditEvents).where(eq(auditEvents.userId, NOBODY)),
  ]);
  if (result?.at(-2)?.changes) tellOf(caller, "login.limited", { userId }); // only then was it put on record
  throw new AccountsError("invalid_credentials");
}

/** The session as it is once this use is written. */
function usedAt(session: Session, now: number): Session {
  return { ...session, lastUsedAt: now, expiresAt: Math.min(session.endsAtLatest, now + session.idleSeconds * SECOND_MS) };
}

function refuseUnlessActive(user: User): void {
  if (user.status === "inactive") throw new AccountsError("account_inactive");
  if (user.status === "suspended") throw new AccountsError("account_suspended");
}

/** Parameters have risen since this hash was made: the password is at hand, so make a new one (ASVS 11.2.2). */
async function renewHash(user: User, password: string): Promise<void> {
  const passwordHash = await hashPassword(password);
  await commit((tx) => [
    tx
      .update(users)
      .set({ passwordHash })
      .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash))),
  ]);
}
