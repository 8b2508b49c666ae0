import { and, desc, eq, gt, isNull, ne } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, requireReader, requireUser, type Session, type SignedIn, type User } from "#accounts/caller.ts";
import { clock, instantText } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import type { LogoutAllInput, LogoutInput, RenameSessionInput } from "#accounts/contract/api-schemas.ts";
import type { SessionView } from "#accounts/contract/views.ts";
import { AccountsError } from "#accounts/errors.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { purgeSoon } from "#accounts/retention/purge.ts";
import { db } from "#db/engine.ts";
import { sessions } from "#db/schema.ts";
import { endSessionsOnRecord } from "./ending.ts";
import { purposeOf } from "./lifetimes.ts";
import { findSessionWithUser } from "./row.ts";
import { type Purpose, readToken, sameHash, tokenPurpose } from "./tokens.ts";
import { noteUse, withNotedUse } from "./use.ts";

type Found = { session: Session; user: User };

/**
 * The live session of a token and its user, or null: of an API client's log-in, or of a personal access token. Reads two rows by
 * their keys; a use from `ip` is written later.
 */
export function findSession(token: string, ip?: string): Promise<Found | null> {
  return findLive(tokenPurpose(token), token, ip);
}

/** Like `findSession`, for a page's cookie. Neither function accepts the other's secret. */
export function findPageSession(cookie: string, ip?: string): Promise<Found | null> {
  return findLive("cookie", cookie, ip);
}

async function findLive(purpose: Purpose, secret: string, ip: string | undefined): Promise<Found | null> {
  const key = readToken(purpose, secret);
  const found = key && (await findSessionWithUser(key.id));
  if (!found || purposeOf(found.session) !== purpose || !sameHash(found.session.tokenHash, key.hash)) return null;
  const { session, user } = found;
  const now = clock.now();
  if (session.expiresAt <= now) {
    purgeSoon(); // deletes it, so that it can't become valid again if the clock is set back
    return null;
  }
  if (user.status !== "active") return null;
  noteUse(session, now, ip ?? session.ip);
  return found;
}

/** The caller's live sessions: this one first, then the most recently used. Personal access tokens have a list of their own. */
export async function listSessions(caller: Caller): Promise<Session[]> {
  requireReader(caller);
  const { user, session } = caller;
  const now = clock.now();
  const rows = await db()
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, user.id), gt(sessions.expiresAt, now), ne(sessions.id, session.id), isNull(sessions.scopes)))
    .orderBy(desc(sessions.lastUsedAt));
  return [session, ...rows].map(withNotedUse);
}

/** Ends this session, or with `all` every session of the user, which a personal access token can't. */
export async function logOut(caller: Caller, { all, tokens = false }: LogoutInput): Promise<{ sessionsEnded: number }> {
  requireReader(caller);
  if (all) return revokeAllSessions(caller, { tokens });
  await endOwnSession(caller, caller.session.id);
  return { sessionsEnded: 1 };
}

/** Ends one of the caller's sessions. Throws `not_found`, for unknown ids and other users' alike. */
export async function revokeSession(caller: Caller, id: number): Promise<void> {
  requireUser(caller);
  await endOwnSession(caller, id);
}

/** Renames one of the caller's sessions; an empty name removes it. Throws `not_found`, as `revokeSession` does, and `rate_limited`. */
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

/** Ends every session of the caller but this one and personal access tokens. */
export async function revokeOtherSessions(caller: Caller): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  return revokeSessions(caller, { keptId: caller.session.id });
}

/** Ends every session of the caller, including this one, and with `tokens` personal access tokens; a log-in under way opens none. */
export async function revokeAllSessions(
  caller: Caller,
  { tokens }: LogoutAllInput = { tokens: false },
): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  return revokeSessions(caller, { keepsTokens: !tokens });
}

/** The public view of a session; `currentId` is the caller's own. */
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

/** Records the event only if a session ends, so that a script can't fill the table. */
async function revokeSessions(caller: SignedIn, which: { keptId?: number; keepsTokens?: boolean }): Promise<{ sessionsEnded: number }> {
  const { user, session } = caller;
  const { sessionsEnded } = await commit(caller, (tx) =>
    endSessionsOnRecord(tx, caller, user.id, { keepsTokens: true, ...which, sessionId: session.id }),
  );
  return { sessionsEnded };
}
