import { and, desc, eq, gt, ne } from "drizzle-orm";
import { auditEvent, auditEventIf } from "#accounts/audit.ts";
import { type Caller, requireUser, type Session, type SignedIn, type User } from "#accounts/caller.ts";
import { clock, instantText } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import type { LogoutInput, RenameSessionInput } from "#accounts/contract/schemas.ts";
import type { SessionView } from "#accounts/contract/views.ts";
import { AccountsError } from "#accounts/errors.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { purgeSoon } from "#accounts/retention/purge.ts";
import { db } from "#db/engine.ts";
import { sessions } from "#db/schema.ts";
import { endSessions, hasSessions } from "./ending.ts";
import { purposeOf } from "./lifetimes.ts";
import { findSessionWithUser } from "./row.ts";
import { type Purpose, readToken, sameHash } from "./tokens.ts";
import { noteUse, withNotedUse } from "./use.ts";

type Found = { session: Session; user: User };

/** The live session of an API client's token and its user, or null. Reads two rows by their keys; a use from `ip` is written later. */
export function findSession(token: string, ip?: string): Promise<Found | null> {
  return findLive("token", token, ip);
}

/** Like `findSession`, for a page's cookie. Neither function accepts the other's secret. */
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
    purgeSoon(); // deletes it, so that it can't become valid again if the clock is set back
    return null;
  }
  if (user.status !== "active") return null;
  noteUse(session, now, ip ?? session.ip);
  return found;
}

/** The caller's live sessions: this one first, then the most recently used. */
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

/** Ends every session of the caller but this one. */
export async function revokeOtherSessions(caller: Caller): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  return revokeSessions(caller, "others", caller.session.id);
}

/** Ends every session of the caller, including this one; a log-in under way opens none. */
export async function revokeAllSessions(caller: Caller): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  return revokeSessions(caller, "all");
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
async function revokeSessions(caller: SignedIn, detail: "others" | "all", keptId?: number): Promise<{ sessionsEnded: number }> {
  const { user, session } = caller;
  const event = { userId: user.id, sessionId: session.id, detail };
  const { sessionsEnded } = await commit(caller, (tx) => ({
    event: auditEventIf(tx, caller, hasSessions(user.id, keptId), "session.revoked", event),
    ...endSessions(tx, user.id, keptId),
  }));
  return { sessionsEnded };
}
