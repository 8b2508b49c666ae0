import { sql } from "drizzle-orm";
import { bytes, check, count, id, index, instant, key, primaryKey, table, text, unique } from "./columns.ts";

/*
 * Instants are whole milliseconds since 1970 UTC, in columns that end in _at. Two things are added to generated migrations by
 * hand, because drizzle-kit can't: every table is STRICT (a test checks it), and avatar_hash is DEFERRABLE INITIALLY DEFERRED, so
 * that a commit can write user and picture in any order.
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
    status: text({ enum: ["active", "inactive", "suspended"] })
      .notNull()
      .default("active"),
    /** Incremented when a user's sessions end together, all or all but one, so that a log-in that began before opens none afterwards. */
    sessionEpoch: count().notNull().default(0),
    createdAt: instant().notNull(),
    updatedAt: instant().notNull(),
  },
  (row) => [
    check("users_status", sql`${row.status} in ('active', 'inactive', 'suspended')`),
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
  },
  (row) => [
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

/** Deleted users whose events are being erased; done up to and including the event `erasedTo`. */
export const erasures = table("erasures", {
  userId: key().primaryKey(),
  deletedAt: instant().notNull(),
  erasedTo: key().notNull().default(0),
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

/** Counters of limits, by a hash of limit and party. Shared by all processes, and kept across restarts. */
export const rateLimits = table(
  "rate_limits",
  {
    key: text().primaryKey(),
    failures: count().notNull(),
    blockedUntil: instant().notNull(),
    expiresAt: instant().notNull(),
  },
  (row) => [index("rate_limits_expires_at").on(row.expiresAt)],
);
