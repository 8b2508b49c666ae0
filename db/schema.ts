import { sql } from "drizzle-orm";
import { bytes, check, count, id, index, instant, key, primaryKey, table, text, unique } from "./columns.ts";

/*
 * Instants are whole milliseconds since 1970 UTC in columns that end in _at. Every table is STRICT: drizzle-kit cannot say
 * so: the word is added to each generated migration by hand, and a test asks the database whether it is there. By hand too:
 * avatar_hash is DEFERRABLE INITIALLY DEFERRED, so that a commit may write user and picture in any order.
 */

export const users = table(
  "users",
  {
    id: id(),
    /** As the person wrote it; compared by `emailCanonical`, since SQLite's NOCASE folds ASCII only. */
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
    /** Raised when all sessions end at once: a log-in that began before may not open one afterwards. */
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

/** Pictures by a salted SHA-256 of their bytes: nobody can compute it from a file, and an address never changes its content. */
export const avatars = table("avatars", {
  hash: text().primaryKey(),
  bytes: bytes().notNull(),
});

export const sessions = table(
  "sessions",
  {
    /** Random, carried in the token: finds the row by its key, and is the session's public id. */
    id: key().primaryKey(),
    userId: key()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    tokenHash: bytes().notNull(),
    deviceName: text(),
    device: text().notNull(),
    ip: text().notNull(),
    /** Seconds without use after which it ends. */
    idleSeconds: count().notNull(),
    createdAt: instant().notNull(),
    lastUsedAt: instant().notNull(),
    /** Moves with each use, never past `endsAtLatest`. */
    expiresAt: instant().notNull(),
    endsAtLatest: instant().notNull(),
    /** A page's, which ends with the browser or lasts, or an API client's. */
    kind: text({ enum: ["browser", "lasting", "token"] })
      .notNull()
      .default("token"),
  },
  (row) => [
    check("sessions_kind", sql`${row.kind} in ('browser', 'lasting', 'token')`),
    index("sessions_user_id").on(row.userId),
    index("sessions_expires_at").on(row.expiresAt),
  ],
);

/** No foreign key to users: what happened stays on record when the person's own data is deleted. */
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

/** Deleted users whose events are still being erased: done up to and including the event `erasedTo`. */
export const erasures = table("erasures", {
  userId: key().primaryKey(),
  deletedAt: instant().notNull(),
  erasedTo: key().notNull().default(0),
});

/** From where a user has logged in before: a browser's device cookie or an address, as a hash. */
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

/** What was typed into a form that came too late: its owner gets it back after signing in in the same browser. */
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

/** Failures by limit and by whom, as a hash: shared by all processes, and there after a restart. */
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
