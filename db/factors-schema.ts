import { sql } from "drizzle-orm";
import { bytes, check, count, id, index, instant, key, primaryKey, table, text, unique } from "./columns.ts";
import { users } from "./schema.ts";

/* The tables of factors: what users prove who they are with, beside their password. */

/** Passkeys: each belongs to one user, and signs in alone or after the password. */
export const passkeys = table(
  "passkeys",
  {
    id: id(),
    userId: key()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The credential id, as browsers write it: base64url. */
    credentialId: text().notNull(),
    /** In COSE. */
    publicKey: bytes().notNull(),
    /** What the authenticator stores for the user: random, and the same for all passkeys of a user. In base64url. */
    userHandle: text().notNull(),
    /** How often the passkey has signed, as the authenticator counts; 0 if it doesn't count. */
    signCount: count().notNull(),
    /** How a browser reaches the authenticator, separated by spaces. */
    transports: text().notNull(),
    /** The model of the authenticator. */
    aaguid: text().notNull(),
    name: text().notNull(),
    /** 1 if it may be copied to other devices of its owner, and if it has been; otherwise 0. */
    backupEligible: count().notNull(),
    backedUp: count().notNull(),
    createdAt: instant().notNull(),
    lastUsedAt: instant(),
  },
  (row) => [unique("passkeys_credential_id").on(row.credentialId), index("passkeys_user_id").on(row.userId)],
);

/** What authenticators are asked to sign: each once, within minutes. */
export const passkeyChallenges = table(
  "passkey_challenges",
  {
    challengeHash: bytes().primaryKey(),
    /** To log in, to add a passkey to an account, or to register with one. */
    purpose: text({ enum: ["log_in", "add", "register"] }).notNull(),
    /** Whose passkey is added, and in which session. */
    userId: key().references(() => users.id, { onDelete: "cascade" }),
    sessionId: key(),
    /** Of a new passkey. */
    userHandle: text(),
    expiresAt: instant().notNull(),
  },
  (row) => [
    check("passkey_challenges_purpose", sql`${row.purpose} in ('log_in', 'add', 'register')`),
    index("passkey_challenges_user_id").on(row.userId),
    index("passkey_challenges_expires_at").on(row.expiresAt),
  ],
);

/** The secrets that users share with their authenticator apps, at most one each; in force once `users.totpSince` is set. */
export const totpSecrets = table("totp_secrets", {
  userId: key()
    .primaryKey()
    .references(() => users.id, { onDelete: "cascade" }),
  /** Encrypted with the key `keyId`. */
  secret: bytes().notNull(),
  keyId: text().notNull(),
  createdAt: instant().notNull(),
  /** The time step of the last code that was accepted: neither it nor an earlier one counts again. */
  lastStep: count().notNull().default(0),
});

/** Recovery codes that weren't used yet, as salted hashes. All codes of a set have one salt. */
export const recoveryCodes = table(
  "recovery_codes",
  {
    userId: key()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    codeHash: bytes().notNull(),
    salt: bytes().notNull(),
    createdAt: instant().notNull(),
  },
  (row) => [primaryKey({ columns: [row.userId, row.codeHash] })],
);

/**
 * What waits between the right password and the session: `login` for a second factor, `setup` for one to be set up, `return` for
 * the word of somebody who has left that the account shall be used again. It is only for whoever got it, and ends with the user's sessions.
 */
export const challenges = table(
  "challenges",
  {
    tokenHash: bytes().primaryKey(),
    purpose: text({ enum: ["login", "setup", "return"] }).notNull(),
    userId: key()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    sessionEpoch: count().notNull(),
    /** A hash of the browser or API client that got it. */
    holderHash: text().notNull(),
    /** The kind and name of the session that it opens. */
    sessionKind: text({ enum: ["browser", "lasting", "token"] }).notNull(),
    deviceName: text(),
    failures: count().notNull().default(0),
    expiresAt: instant().notNull(),
    /** By what the user was proven so far, separated by spaces. */
    factors: text().notNull().default("password"),
    /** The status that the user wants to leave by this log-in; null for an active user. */
    returnsFrom: text({ enum: ["inactive", "deleting"] }),
  },
  (row) => [
    check("challenges_purpose", sql`${row.purpose} in ('login', 'setup', 'return')`),
    check("challenges_returns_from", sql`${row.returnsFrom} in ('inactive', 'deleting')`),
    check("challenges_session_kind", sql`${row.sessionKind} in ('browser', 'lasting', 'token')`),
    index("challenges_user_id").on(row.userId),
    index("challenges_expires_at").on(row.expiresAt),
  ],
);

/** Which key encrypts secrets: its one row names it, and the key itself is in a file. */
export const secretKeys = table("secret_keys", {
  id: key().primaryKey(),
  keyId: text().notNull(),
  since: instant().notNull(),
});
