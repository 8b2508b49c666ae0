import { sql } from "drizzle-orm";
import { bytes, check, count, id, index, instant, key, primaryKey, table, text, unique } from "./columns.ts";

/*
 * Instants are whole milliseconds since 1970 UTC, in columns that end in _at. Generated migrations are changed by
 * hand in what drizzle-kit can't do, and tests check it: in SQLite every table is STRICT; in both avatar_hash is DEFERRABLE INITIALLY
 * DEFERRED, so that a commit can write user and picture in any order; in PostgreSQL no schema is named.
 */

export const users = table(
  "users",
  {
    id: id(),
    /** As the user wrote it; comparisons use `emailCanonical`, because SQLite's NOCASE folds ASCII only. */
    email: text().notNull(),
    emailCanonical: text().notNull(),
    username: text().notNull(),
    usernameCanonical: text().notNull(),
    passwordHash: text().notNull(),
    bio: text().notNull().default(""),
    contactInformation: text().notNull().default(""),
    avatarHash: text().references(() => avatars.hash),
    status: text({ enum: ["active", "inactive", "suspended", "deleting"] })
      .notNull()
      .default("active"),
    /** Incremented when a user's sessions end together, all or all but one, so that a log-in that began before opens none afterwards. */
    sessionEpoch: count().notNull().default(0),
    createdAt: instant().notNull(),
    updatedAt: instant().notNull(),
    /** When a link that was mailed to this very address was used; null until then. */
    emailVerifiedAt: instant(),
    /** The address that the user wants to change to, until its link is used. */
    pendingEmail: text(),
    /** When a link said that somebody else acts in this account: until the password is reset, address and password can't be changed. */
    changesBlockedAt: instant(),
    /** Why the status was changed, in words for the user; null if nobody said. */
    statusReason: text(),
    /** When a suspension ends by itself, or the user is deleted; null if neither does. */
    statusUntil: instant(),
    /** Since when log-ins need a code of an authenticator app, or null; how many passkeys and recovery codes there are, for quick reading. */
    totpSince: instant(),
    passkeys: count().notNull().default(0),
    recoveryCodesLeft: count().notNull().default(0),
    /** Who made the user inactive, also while a suspension covers that; null for all others, and where nobody noted it. */
    inactiveBy: text({ enum: ["registration", "user", "operator"] }),
    /** When the user was reminded that the account is about to be deleted. */
    deletionToldAt: instant(),
  },
  (row) => [
    index("users_status_until").on(row.statusUntil).where(sql`${row.statusUntil} is not null`),
    check("users_status", sql`${row.status} in ('active', 'inactive', 'suspended', 'deleting')`),
    check("users_inactive_by", sql`${row.inactiveBy} in ('registration', 'user', 'operator')`),
    unique("users_email_canonical").on(row.emailCanonical),
    unique("users_username_canonical").on(row.usernameCanonical),
    index("users_avatar_hash").on(row.avatarHash).where(sql`${row.avatarHash} is not null`),
  ],
);

/** Pictures by a salted SHA-256 of their bytes: it can't be computed from a file, and the content of an address never changes. */
export const avatars = table("avatars", {
  hash: text().primaryKey(),
  bytes: bytes().notNull(),
});

export const sessions = table(
  "sessions",
  {
    /** Random: the row's key, a part of the token, and the session's public id. */
    id: key().primaryKey(),
    userId: key()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    tokenHash: bytes().notNull(),
    deviceName: text(),
    device: text().notNull(),
    ip: text().notNull(),
    /** Seconds of inactivity after which the session expires. */
    idleSeconds: count().notNull(),
    createdAt: instant().notNull(),
    lastUsedAt: instant().notNull(),
    /** Moves with each use, never past `endsAtLatest`. */
    expiresAt: instant().notNull(),
    endsAtLatest: instant().notNull(),
    /** `browser` and `lasting` are of pages, `token` of API clients. */
    kind: text({ enum: ["browser", "lasting", "token"] })
      .notNull()
      .default("token"),
    /** When its user proved who it is. */
    authenticatedAt: instant().notNull().default(0),
    /** By what, separated by spaces: "password". */
    factors: text().notNull().default("password"),
    /** Of a personal access token, which is a session that no log-in opened: its scopes, separated by spaces. Null for all others. */
    scopes: text(),
    /** When the user was told that a personal access token ends soon. */
    endToldAt: instant(),
  },
  (row) => [
    index("sessions_ends_at_latest").on(row.endsAtLatest).where(sql`${row.scopes} is not null`),
    check("sessions_kind", sql`${row.kind} in ('browser', 'lasting', 'token')`),
    index("sessions_user_id").on(row.userId),
    index("sessions_expires_at").on(row.expiresAt),
  ],
);

/** No foreign key to users: events outlive the user, without personal data. */
export const auditEvents = table(
  "audit_events",
  {
    id: id(),
    userId: key().notNull(),
    type: text().notNull(),
    at: instant().notNull(),
    ip: text(),
    device: text(),
    sessionId: key(),
    detail: text(),
  },
  (row) => [
    index("audit_events_user_id").on(row.userId, row.id),
    index("audit_events_user_id_type").on(row.userId, row.type, row.id),
    index("audit_events_at").on(row.at),
  ],
);

/** The keys of other services that ask about users. */
export const serviceKeys = table("service_keys", {
  /** Random: the row's key, a part of the secret, and the name in HTTP Basic. */
  id: key().primaryKey(),
  keyHash: bytes().notNull(),
  /** The service's name. Several keys may have the same, so that one can replace another. */
  name: text().notNull(),
  /** What it may do, separated by spaces. */
  rights: text().notNull(),
  createdAt: instant().notNull(),
  expiresAt: instant().notNull(),
  lastUsedAt: instant(),
});

/** Browsers and addresses from which a user has logged in, as hashes. */
export const knownDevices = table(
  "known_devices",
  {
    userId: key()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    deviceHash: text().notNull(),
    lastLoginAt: instant().notNull(),
    /** Until when log-ins from this browser need no second factor; null for one that isn't trusted. */
    trustedUntil: instant(),
  },
  (row) => [primaryKey({ columns: [row.userId, row.deviceHash] }), index("known_devices_last_login_at").on(row.lastLoginAt)],
);

/** What was typed into a form whose session had ended, for its user in the same browser. */
export const drafts = table(
  "drafts",
  {
    secretHash: bytes().primaryKey(),
    userId: key()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The page that it belongs to. */
    path: text().notNull(),
    /** Names and values, as JSON. */
    fields: text().notNull(),
    expiresAt: instant().notNull(),
  },
  (row) => [index("drafts_user_id").on(row.userId), index("drafts_expires_at").on(row.expiresAt)],
);

/**
 * Counters of limits, by a hash of limit and party. Shared by all processes, and kept across restarts. Without failures a row has
 * no window: `expiresAt` is 0.
 */
export const rateLimits = table(
  "rate_limits",
  {
    key: text().primaryKey(),
    failures: count().notNull(),
    blockedUntil: instant().notNull(),
    expiresAt: instant().notNull(),
    /** Guesses that were admitted and have no result yet, of all processes. None after `underWayUntil`: then a process has died. */
    underWay: count().notNull().default(0),
    underWayUntil: instant().notNull().default(0),
  },
  (row) => [index("rate_limits_expires_at").on(row.expiresAt)],
);

/**
 * The outbox: mails to be sent, and those of the last days. No foreign key to users: a deleted user's last mail is still sent. An
 * attempt begins by moving `nextAttemptAt` to the end of its lease, so that no other process makes the same one.
 */
export const emails = table(
  "emails",
  {
    id: id(),
    userId: key(),
    kind: text().notNull(),
    recipient: text().notNull(),
    subject: text().notNull(),
    /** Erased once the mail is sent, because it may have a link in it. */
    text: text(),
    html: text(),
    createdAt: instant().notNull(),
    attempts: count().notNull().default(0),
    /** Null once it is sent or given up, and for a mail that is only kept. */
    nextAttemptAt: instant(),
    /** When the last attempt is made. */
    giveUpAt: instant().notNull(),
    sentAt: instant(),
    failedAt: instant(),
    /** Why the last attempt failed, in words for the operator. */
    lastError: text(),
    /** The link in it, and its milliseconds, which begin when the mail is sent. */
    linkHash: bytes(),
    linkMs: count(),
  },
  (row) => [
    index("emails_next_attempt_at").on(row.nextAttemptAt).where(sql`${row.nextAttemptAt} is not null`),
    index("emails_created_at").on(row.createdAt),
    index("emails_user_id").on(row.userId),
  ],
);

/** Links of mails. Each has one purpose, one user and one address, and works once. */
export const links = table(
  "links",
  {
    tokenHash: bytes().primaryKey(),
    purpose: text({ enum: ["reset", "operator_reset", "verify", "undo", "not_me"] }).notNull(),
    userId: key()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The address that it was mailed to. */
    email: text().notNull(),
    emailCanonical: text().notNull(),
    /** The session that asked for it, or that the mail tells about. */
    sessionId: key(),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
  },
  (row) => [
    check("links_purpose", sql`${row.purpose} in ('reset', 'operator_reset', 'verify', 'undo', 'not_me')`),
    index("links_user_id").on(row.userId),
    index("links_email_canonical").on(row.emailCanonical),
    index("links_expires_at").on(row.expiresAt),
  ],
);
