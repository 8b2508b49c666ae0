import { and, desc, eq, gt, ne } from "drizzle-orm";
import { auditEvent, auditEventIf, loginLimitedEvent } from "#accounts/audit.ts";
import {
  type Caller,
  housekeeping,
  NOBODY,
  requireUser,
  type Session,
  type SignedIn,
  type User,
  withoutSession,
} from "#accounts/caller.ts";
import { clock, instantText } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import type { LoginInput, LogoutInput, RenameSessionInput } from "#accounts/contract/schemas.ts";
import type { SessionView } from "#accounts/contract/views.ts";
import { AccountsError } from "#accounts/errors.ts";
import { refuseIfSpent, spend } from "#accounts/limits/budgets.ts";
import { countFailure, stillWithin, withinLimits } from "#accounts/limits/counters.ts";
import type { Party } from "#accounts/limits/fair-turns.ts";
import { countedLimits, limitsClearedBy, loginLimits, partyOf } from "#accounts/limits/known-devices.ts";
import type { Limit } from "#accounts/limits/limits.ts";
import { hashPassword, isOutdated, refuseInFlood, verifyPassword } from "#accounts/passwords/passwords.ts";
import { purgeSoon } from "#accounts/retention/purge.ts";
import { canonicalEmail, findUserByEmail } from "#accounts/users/names.ts";
import { db } from "#db/engine.ts";
import { auditEvents, sessions, users } from "#db/schema.ts";
import { endSessions, hasSessions } from "./ending.ts";
import { purposeOf, type SessionKind } from "./lifetimes.ts";
import { type OpenedSession, openSession, refuseUnlessActive } from "./opening.ts";
import { findSessionWithUser } from "./row.ts";
import { type Purpose, readToken, sameHash } from "./tokens.ts";
import { noteUse, withNotedUse } from "./use.ts";

const MAX_LOGIN_ATTEMPTS = 3;

type Found = { session: Session; user: User };

/**
 * Opens a session for whoever knows the password. Throws `invalid_credentials`, the same and after the same work for an
 * unknown email address; `account_inactive` and `account_suspended` only after the right password; `rate_limited`, without
 * looking at the password; `overloaded`.
 */
export async function logIn(caller: Caller, input: LoginInput, kind: SessionKind = "token"): Promise<OpenedSession> {
  const emailCanonical = canonicalEmail(input.email);
  const party = partyOf(caller, emailCanonical);
  refuseInFlood(party);
  const known = await findUserByEmail(emailCanonical);
  if (known) refuseIfSpent("sessions_opened", known.id);
  const limits = await loginLimits(caller, emailCanonical, known);
  return withinLimits(limits, async () => {
    for (let attempt = 1; attempt <= MAX_LOGIN_ATTEMPTS; attempt++) {
      const user = await findUserByEmail(emailCanonical);
      const proven = await verifyPassword(user?.passwordHash ?? null, input.password, party, user?.id);
      if (!user || !proven) return refuseLogIn(caller, limits, emailCanonical, user);
      refuseUnlessActive(user);
      const cleared = limitsClearedBy(limits, emailCanonical, user);
      const opened = await openSession(caller, user, kind, input.device_name, { limits, cleared });
      if (opened) {
        if (isOutdated(user.passwordHash)) await renewHash(user, input.password, party).catch(() => {}); // the next log-in tries again; this one is through
        return opened;
      }
      // All sessions ended, or the password changed, while this one was being checked: what was proven is out of date.
    }
    throw new AccountsError("overloaded", { retryAfterSeconds: 1 });
  });
}

/** The live session of an API client's token and its user, or null; `ip` is who uses it. Reads two rows by their keys; writes nothing. */
export function findSession(token: string, ip?: string): Promise<Found | null> {
  return findLive("token", token, ip);
}

/** As `findSession`, of a page's cookie: neither is ever taken for the other. */
export function findPageSession(cookie: string, ip?: string): Promise<Found | null> {
  return findLive("cookie", cookie, ip);
}

async function findLive(purpose: Purpose, secret: string, ip: string | undefined): Promise<Found | null> {
  const key = readToken(purpose, secret);
  const found = key && (await findSessionWithUser(key.id));
  if (!found || purposeOf(found.session.kind) !== purpose || !sameHash(found.session.tokenHash, key.hash)) return null;
  const { session, user } = found;
  const now = clock.now();
  if (session.expiresAt <= now) {
    purgeSoon(); // for good: it must not come back when the clock is set back
    return null;
  }
  if (user.status !== "active") return null;
  noteUse(session, now, ip ?? session.ip);
  return found;
}

/** The caller's live sessions: this one, which is in use right now, and then those last used first. */
export async function listSessions(caller: Caller): Promise<Session[]> {
  requireUser(caller);
  const { user, session } = caller;
  const now = clock.now();
  const rows = await db()
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, user.id), gt(sessions.expiresAt, now), ne(sessions.id, session.id)))
    .orderBy(desc(sessions.lastUsedAt));
  return [session, ...rows].map(withNotedUse);
}

/** Ends this session, or with `all` every session of the user. */
export async function logOut(caller: Caller, { all }: LogoutInput): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  if (all) return revokeAllSessions(caller);
  await endOwnSession(caller, caller.session.id);
  return { sessionsEnded: 1 };
}

/** Ends one of the caller's own sessions. Throws `not_found`, the same for an unknown id and another person's. */
export async function revokeSession(caller: Caller, id: number): Promise<void> {
  requireUser(caller);
  await endOwnSession(caller, id);
}

/** Gives one of the caller's own sessions a name; an empty one takes it away. Throws `not_found` as `revokeSession` does, and `rate_limited`. */
export async function renameSession(caller: Caller, id: number, { device_name }: RenameSessionInput): Promise<{ session: Session }> {
  requireUser(caller);
  spend("changes", caller.user.id);
  const own = and(eq(sessions.id, id), eq(sessions.userId, caller.user.id), gt(sessions.expiresAt, clock.now()));
  return commit(caller, (tx) => ({
    session: must(
      tx
        .update(sessions)
        .set({ deviceName: device_name || null })
        .where(own)
        .returning(),
      noSuchSession,
    ),
  }));
}

/** Ends every session of the caller but this one. */
export async function revokeOtherSessions(caller: Caller): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  return revokeSessions(caller, "others", caller.session.id);
}

/** Ends every session of the caller, this one included; a log-in that is under way cannot slip through. */
export async function revokeAllSessions(caller: Caller): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  return revokeSessions(caller, "all");
}

/** What the user may see of an own session; `currentId` is the session that asks. */
export function publicSession(row: Session, currentId: number | undefined): SessionView {
  const session = withNotedUse(row);
  return {
    id: session.id,
    current: session.id === currentId,
    device_name: session.deviceName,
    device: session.device,
    ip: session.ip,
    created_at: instantText(session.createdAt),
    last_used_at: instantText(session.lastUsedAt),
    expires_at: instantText(session.expiresAt),
    ends_at_latest: instantText(session.endsAtLatest),
  };
}

const noSuchSession = () =>
  new AccountsError("not_found", { detail: "You have no session with this id. It may have ended already: see the list of your sessions." });

async function endOwnSession(caller: SignedIn, id: number): Promise<void> {
  const { user } = caller;
  await commit(caller, (tx) => ({
    ended: must(tx.delete(sessions).where(and(eq(sessions.id, id), eq(sessions.userId, user.id))), noSuchSession),
    event: auditEvent(tx, caller, "session.revoked", { userId: user.id, sessionId: id, detail: "one" }),
  }));
}

/** On record only if there is a session to end, or a script could fill the record. */
async function revokeSessions(caller: SignedIn, detail: "others" | "all", keptId?: number): Promise<{ sessionsEnded: number }> {
  const { user, session } = caller;
  const event = { userId: user.id, sessionId: session.id, detail };
  const { sessionsEnded } = await commit(caller, (tx) => ({
    event: auditEventIf(tx, caller, hasSessions(user.id, keptId), "session.revoked", event),
    ...endSessions(tx, user.id, keptId),
  }));
  return { sessionsEnded };
}

/** Puts a failure on record. For an address that nobody has, the same is written and taken back, so that it takes as long. */
async function refuseLogIn(caller: Caller, limits: Limit[], emailCanonical: string, user: User | null): Promise<never> {
  const userId = user?.id ?? NOBODY;
  await commit(withoutSession(caller), (tx) => ({
    within: stillWithin(limits),
    counted: countedLimits(limits, emailCanonical).map(countFailure),
    failed: auditEvent(tx, caller, "login.failed", { userId }),
    limited: loginLimitedEvent(tx, caller, userId, limits),
    nobodys: tx.delete(auditEvents).where(eq(auditEvents.userId, NOBODY)),
  }));
  throw new AccountsError("invalid_credentials");
}

/** Parameters have risen since this hash was made: the password is at hand, so make a new one (ASVS 11.2.2). */
async function renewHash(user: User, password: string, party: Party): Promise<void> {
  const passwordHash = await hashPassword(password, party);
  await commit(housekeeping, (tx) => ({
    user: tx
      .update(users)
      .set({ passwordHash })
      .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash))),
  }));
}
