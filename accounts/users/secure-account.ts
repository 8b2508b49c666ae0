import { and, eq, gt } from "drizzle-orm";
import { type AuditEvent, type AuditEventType, auditEvent, eventsOfUser, publicAuditEvent } from "#accounts/audit.ts";
import { type Caller, requireUser, type User } from "#accounts/caller.ts";
import { clock, DAY_MS, instantText, MINUTE_MS } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import type { SecureAccountInput } from "#accounts/contract/api-schemas.ts";
import type { ChangeView } from "#accounts/contract/secure-views.ts";
import { endLinks } from "#accounts/emails/links.ts";
import { notice } from "#accounts/emails/notices.ts";
import type { Passkey } from "#accounts/factors/passkey-answers.ts";
import { passkeysOf } from "#accounts/factors/passkeys.ts";
import { forgetOtherDevices } from "#accounts/limits/known-devices.ts";
import { endSessionsOnRecord } from "#accounts/sessions/ending.ts";
import { requireRecentLogin } from "#accounts/sessions/recent-login.ts";
import { db } from "#db/engine.ts";
import { links, users } from "#db/schema.ts";
import { canonicalEmail } from "./names.ts";

/* What somebody does who thinks that somebody else got into the account. */

const RECENT_DAYS = 30;
export const RECENT_MS = RECENT_DAYS * DAY_MS;
const MAX_CHANGES = 100;
const SAME_COMMIT_MS = MINUTE_MS; // what a commit makes and its event are this close

/** The events that give or keep somebody a way in. */
const CHANGES: AuditEventType[] = [
  "email.requested",
  "email.changed",
  "email.restored",
  "username.changed",
  "password.changed",
  "factor.added",
  "factor.removed",
  "factors.removed",
  "recovery_codes.replaced",
  "passkey.added",
  "passkey.removed",
  "token.created",
];

/**
 * What undoes a change: the former name or address is set again, the app or the passkey with the id `value` removed. `until` is when the
 * link ends with which the former address undoes it even if somebody else keeps the owner out; null without one.
 */
export type Undo = { kind: "username" | "email" | "totp" | "passkey"; value: string | null; until: number | null };
export type Change = { event: AuditEvent; undo: Undo | null };

/**
 * Ends all sessions, personal access tokens and links of mails of the caller, and forgets every known and trusted browser, but for this one; a new
 * address that was waiting is forgotten. Tells the user by mail. Throws `recent_login_required`, `wrong_password`, `rate_limited`.
 */
export async function secureAccount(caller: Caller, { current_password }: SecureAccountInput): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  const { user, session } = caller;
  await requireRecentLogin(caller, current_password, "secure your account");
  const { sessionsEnded } = await commit(caller, (tx) => ({
    waiting: tx.update(users).set({ pendingEmail: null }).where(eq(users.id, user.id)),
    ...endSessionsOnRecord(tx, caller, user.id, { keptId: session.id, sessionId: session.id }),
    devices: forgetOtherDevices(tx, caller, user.id),
    links: endLinks(tx, user.id),
    event: auditEvent(tx, caller, "account.secured", { userId: user.id, sessionId: session.id }),
    notice: notice(tx, caller, user, "account_secured"),
  }));
  return { sessionsEnded };
}

/** What changed in the caller's account within RECENT_MS, newest first, with what undoes it as the account is now. */
export async function recentChanges(caller: Caller): Promise<Change[]> {
  requireUser(caller);
  const { user } = caller;
  const since = clock.now() - RECENT_MS;
  const { events } = await eventsOfUser(user.id, { limit: MAX_CHANGES, types: CHANGES });
  const recent = events.filter(({ at }) => at > since);
  const now = { user, recent, passkeys: await passkeysOf(user.id), undoLinks: await undoLinksOf(user.id) };
  return recent.map((event) => ({ event, undo: undoOf(event, now) }));
}

type Now = { user: User; recent: AuditEvent[]; passkeys: Passkey[]; undoLinks: { email: string; expiresAt: number }[] };

function undoOf(event: AuditEvent, { user, recent, passkeys, undoLinks }: Now): Undo | null {
  const { type, at } = event;
  const isOfEvent = (madeAt: number) => madeAt <= at && at - madeAt < SAME_COMMIT_MS;
  const [former = "", given] = namesIn(event);
  const isOwnUndo =
    given !== undefined && recent.some((other) => other.type === type && other.id < event.id && namesIn(other)[0] === given);
  if (isOwnUndo) return null;
  if (type === "username.changed" && former !== user.username) return { kind: "username", value: former, until: null };
  if (type === "email.changed" && canonicalEmail(former) !== user.emailCanonical) {
    return { kind: "email", value: former, until: undoLinks.find(({ email }) => email === former)?.expiresAt ?? null };
  }
  if (type === "factor.added" && user.totpSince !== null && isOfEvent(user.totpSince)) return { kind: "totp", value: null, until: null };
  const passkey = type === "passkey.added" && passkeys.findLast(({ createdAt }) => isOfEvent(createdAt)); // oldest first
  return passkey ? { kind: "passkey", value: String(passkey.id), until: null } : null;
}

/** The former and the new name of a change. */
const namesIn = ({ detail }: AuditEvent): string[] => (detail?.includes(" → ") ? detail.split(" → ") : []);

function undoLinksOf(userId: number): Promise<Now["undoLinks"]> {
  const { email, expiresAt, purpose } = links;
  return db()
    .select({ email, expiresAt })
    .from(links)
    .where(and(eq(links.userId, userId), eq(purpose, "undo"), gt(expiresAt, clock.now())));
}

/** The public view of a change. */
export function publicChange({ event, undo }: Change): ChangeView {
  const until = undo && undo.until !== null ? instantText(undo.until) : null;
  return { ...publicAuditEvent(event), undo: undo && { ...undo, until } };
}
