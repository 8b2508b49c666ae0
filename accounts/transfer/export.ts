import { and, desc, eq, gt } from "drizzle-orm";
import { type AuditEvent, eventsOfUser, publicAuditEvent } from "#accounts/audit.ts";
import { type Caller, requireOperator, requireUser, type Session, type User } from "#accounts/caller.ts";
import { clock, instantText } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { ExportHead } from "#accounts/contract/export-views.ts";
import { AuditEventView } from "#accounts/contract/views.ts";
import { passkeysOf, publicPasskey } from "#accounts/factors/passkeys.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { hasPassword } from "#accounts/passwords/passwords.ts";
import { publicToken } from "#accounts/sessions/personal-tokens.ts";
import { publicSession } from "#accounts/sessions/sessions.ts";
import { withNotedUse } from "#accounts/sessions/use.ts";
import { findAvatar } from "#accounts/users/avatars.ts";
import { publicUser } from "#accounts/users/users.ts";
import { db } from "#db/engine.ts";
import { emails, knownDevices, sessions } from "#db/schema.ts";

/* Everything that is kept about a user, without secrets, as a document that `npx accounts user import` takes. */

const EVENTS_AT_ONCE = 1_000;

/** What is kept about a user: the picture apart, and the activity to be read while the rest is written. */
export type Export = {
  head: Omit<ExportHead, "image"> & { password_hash?: string };
  picture: Buffer | null;
  activity: () => AsyncGenerator<AuditEventView[]>;
};

/**
 * Everything about the caller, for a download. Throws `authentication_required`, `not_permitted` for a personal access token, and
 * `rate_limited`.
 */
export async function exportOwnData(caller: Caller): Promise<Export> {
  requireUser(caller);
  spend("exports", caller.user.id);
  return exportOf(caller.user, caller.session.id);
}

/** The same about any user, for the operator; with the hash of the password only if that is asked for. */
export async function exportUser(caller: Caller, user: User, { withHash = false } = {}): Promise<Export> {
  requireOperator(caller);
  const data = await exportOf(user);
  return withHash && hasPassword(user) ? { ...data, head: { ...data.head, password_hash: user.passwordHash } } : data;
}

async function exportOf(user: User, currentSession?: number): Promise<Export> {
  const live = await sessionsOf(user.id);
  const passkeys = await passkeysOf(user.id);
  const { factors: _, ...profile } = publicUser(user);
  const head: Export["head"] = {
    $schema: `${config().publicUrl}/auth/openapi.json#/components/schemas/Export`,
    exported_at: instantText(clock.now()),
    ...profile,
    has_password: hasPassword(user),
    factors: {
      totp_since: instantOrNull(user.totpSince),
      passkeys: passkeys.map(publicPasskey),
      recovery_codes_left: user.recoveryCodesLeft,
    },
    sessions: live.filter(({ scopes }) => scopes === null).map((session) => sessionView(session, currentSession)),
    tokens: live.filter(({ scopes }) => scopes !== null).map(publicToken),
    known_devices: await devicesOf(user.id),
    mails: await mailsOf(user.id),
  };
  return {
    head: ExportHead.omit({ image: true }).parse(head),
    picture: user.avatarHash === null ? null : await findAvatar(user.avatarHash),
    activity: () => activityOf(user.id),
  };
}

/** All events of a user, newest first, in portions: there may be very many. */
async function* activityOf(userId: number): AsyncGenerator<AuditEventView[]> {
  let cursor: string | undefined;
  do {
    const page: { events: AuditEvent[]; nextCursor: string | null } = await eventsOfUser(userId, { cursor, limit: EVENTS_AT_ONCE });
    yield page.events.map((event) => AuditEventView.parse(publicAuditEvent(event)));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
}

async function sessionsOf(userId: number): Promise<Session[]> {
  const live = and(eq(sessions.userId, userId), gt(sessions.expiresAt, clock.now()));
  const rows = await db().select().from(sessions).where(live).orderBy(desc(sessions.lastUsedAt), desc(sessions.id));
  return rows.map(withNotedUse);
}

function sessionView(session: Session, currentSession: number | undefined): ExportHead["sessions"][number] {
  const { kind, authenticatedAt, factors } = session;
  return {
    ...publicSession(session, currentSession),
    kind,
    authenticated_at: instantText(authenticatedAt),
    factors: factors.split(" "),
  };
}

async function devicesOf(userId: number): Promise<ExportHead["known_devices"]> {
  const { lastLoginAt, trustedUntil } = knownDevices;
  const rows = await db()
    .select({ lastLoginAt, trustedUntil })
    .from(knownDevices)
    .where(eq(knownDevices.userId, userId))
    .orderBy(desc(lastLoginAt));
  return rows.map((row) => ({ last_login_at: instantText(row.lastLoginAt), trusted_until: instantOrNull(row.trustedUntil) }));
}

async function mailsOf(userId: number): Promise<ExportHead["mails"]> {
  const { id, kind, recipient: to, subject, createdAt, sentAt } = emails;
  const rows = await db().select({ kind, to, subject, createdAt, sentAt }).from(emails).where(eq(emails.userId, userId)).orderBy(desc(id));
  return rows.map(({ createdAt, sentAt, ...mail }) => ({
    ...mail,
    created_at: instantText(createdAt),
    sent_at: instantOrNull(sentAt),
  }));
}

const instantOrNull = (at: number | null) => (at === null ? null : instantText(at));
