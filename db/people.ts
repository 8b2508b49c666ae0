import { randomBytes } from "node:crypto";
import type { users } from "./schema.ts";

/* Made-up people for tests, measurements and `npm run seed`. The service never imports this file. */

export const PASSWORD = "Correct horse 7 battery";
export const PASSWORD_HASH = "$argon2id$v=19$m=19456,t=2,p=1$1ZjWFho5TLqfSQN6ZgSuUA$LVbAfs2UoY1fWAOtzSEKIe4J7996oleZE5KuFLNoURw";

/* The people of `npm run seed`. */
export const ADA = { email: "ada@example.org", username: "ada.lovelace", password: "Nine walruses on 2 skis" };
export const GRACE = { email: "grace@example.org", username: "grace.hopper", password: "Seven moths in 1 relay" };
export const ZOE = { email: "zoe@example.org", username: "zoe.example", password: "Three kites over 5 roofs" };

let made = 0;

/** A name that no other user has, also in other processes. */
export function unique(prefix = "user"): string {
  return `${prefix}-${process.pid.toString(36)}${(made++).toString(36)}${randomBytes(2).toString("hex")}`;
}

/** The fields of a valid registration. */
export function person<Fields extends object>(fields = {} as Fields): { email: string; username: string; password: string } & Fields {
  const name = unique();
  return { email: `${name}@example.org`, username: name, password: PASSWORD, ...fields };
}

/** A row of a user whose password is PASSWORD, with a ready-made hash. */
export function userRow(username: string, more: Partial<typeof users.$inferInsert> = {}): typeof users.$inferInsert {
  const email = `${username}@example.org`;
  const names = { email, emailCanonical: email.toLowerCase(), username, usernameCanonical: username.toLowerCase() };
  const now = Date.now();
  return { ...names, passwordHash: PASSWORD_HASH, createdAt: now, updatedAt: now, ...more };
}
