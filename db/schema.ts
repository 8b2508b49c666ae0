import { sql } from "drizzle-orm";
import { blob, check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/*
 * Instants are whole milliseconds since 1970 UTC in columns that end in _at. Every table is STRICT: drizzle-kit cannot say
 * so: the word is added to each generated migration by hand, and a test asks the database whether it is there. By hand too:
 * avatar_hash is DEFERRABLE INITIALLY DEFERRED, so that a commit may write user and picture in any order.
 */

export const users = sqliteTable(
  "users",
  {
    id: integer().primaryKey({ autoIncrement: true }),
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
    sessionEpoch: integer().notNull().default(0),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
  },
  (table) => [
    check("users_status", sql`${table.status} in ('active', 'inactive', 'suspended')`),
    uniqueIndex("users_email_canonical").on(table.emailCanonical),
    uniqueIndex("users_username_canonical").on(table.usernameCanonical),
    index("users_avatar_hash").on(table.avatarHash).where(sql`${table.avatarHash} is not null`),
  ],
);

/** Pictures by a salted SHA-256 of their bytes: nobody can compute it from a file, and an address never changes its content. */
export const avatars = sqliteTable("avatars", {
  hash: text().primaryKey(),
  bytes: blob({ mode: "buffer" }).notNull(),
});

export const sessions = sqliteTable(
  "sessions",
  {
    /** Random, carried in the token: finds the row by its key, and is the session's public id. */
    id: integer().primaryKey(),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    tokenHash: blob({ mode: "buffer" }).notNull(),
    deviceName: text(),
    device: text().notNull(),
    ip: text().notNull(),
    /** Seconds without use after which it ends. */
    idleSeconds: integer().notNull(),
    createdAt: integer().notNull(),
    lastUsedAt: integer().notNull(),
    /** Moves with each use, never past `endsAtLatest`. */
    expiresAt: integer().notNull(),
    endsAtLatest: integer().notNull(),
    /** A page's, which ends with the browser or lasts, or an API client's. */
    kind: text({ enum: ["browser", "lasting", "token"] })
      .notNull()
      .default("token"),
  },
  (table) => [
    check("sessions_kind", sql`${table.kind} in ('browser', 'lasting', 'token')`),
    index("sessions_user_id").on(table.userId),
    index("sessions_expires_at").on(table.expiresAt),
  ],
);

/** No foreign key to users: what happened stays on record when the person's own data is deleted. */
export const auditEvents = sqliteTable(
  "audit_events",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer().notNull(),
    type: text().notNull(),
    at: integer().notNull(),
    ip: text(),
    device: text(),
    sessionId: integer(),
    detail: text(),
  },
  (table) => [
    index("audit_events_user_id").on(table.userId, table.id),
    index("audit_events_user_id_type").on(table.userId, table.type, table.id),
    index("audit_events_at").on(table.at),
  ],
);

/** Deleted users whose events are still being erased: done up to and including the event `erasedTo`. */
export const erasures = sqliteTable("erasures", {
  userId: integer().primaryKey(),
  deletedAt: integer().notNull(),
  erasedTo: integer().notNull().default(0),
});

/** From where a user has logged in before: a browser's device cookie or an address, as a hash. */
export const knownDevices = sqliteTable(
  "known_devices",
  {
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    deviceHash: text().notNull(),
    lastLoginAt: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.deviceHash] }), index("known_devices_last_login_at").on(table.lastLoginAt)],
);

/** What was typed into a form that came too late: its owner gets it back after signing in in the same browser. */
export const drafts = sqliteTable(
  "drafts",
  {
    secretHash: blob({ mode: "buffer" }).primaryKey(),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The page that it belongs to. */
    path: text().notNull(),
    /** Names and values, as JSON. */
    fields: text().notNull(),
    expiresAt: integer().notNull(),
  },
  (table) => [index("drafts_user_id").on(table.userId), index("drafts_expires_at").on(table.expiresAt)],
);

/** Failures by limit and by whom, as a hash: shared by all processes, and there after a restart. */
export const rateLimits = sqliteTable(
  "rate_limits",
  {
    key: text().primaryKey(),
    failures: integer().notNull(),
    blockedUntil: integer().notNull(),
    expiresAt: integer().notNull(),
  },
  (table) => [index("rate_limits_expires_at").on(table.expiresAt)],
);
