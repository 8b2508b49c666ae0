import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { closeDatabase, db } from "./client.ts";
import { migrateDatabase } from "./migrate.ts";
import { users } from "./schema.ts";

/* For tests alone: the product never imports this file. */

export const PASSWORD = "Correct horse 7 battery";
const PASSWORD_HASH = "$argon2id$v=19$m=19456,t=2,p=1$1ZjWFho5TLqfSQN6ZgSuUA$LVbAfs2UoY1fWAOtzSEKIe4J7996oleZE5KuFLNoURw";

/** An empty folder that is gone after the tests of this file. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a new, migrated database for the tests of this file. */
export function freshDatabase(): string {
  const file = join(freshFolder(), "latchkey.db");
  migrateDatabase(file);
  after(closeDatabase);
  return file;
}

let made = 0;

/** A user whose password is PASSWORD, without the time that hashing takes. */
export function newUser(more: Partial<typeof users.$inferInsert> = {}): typeof users.$inferSelect {
  const username = `Person-${++made}`;
  const email = `${username}@example.org`;
  const names = { email, emailCanonical: email.toLowerCase(), username, usernameCanonical: username.toLowerCase() };
  const now = Date.now();
  return db()
    .insert(users)
    .values({ ...names, passwordHash: PASSWORD_HASH, createdAt: now, updatedAt: now, ...more })
    .returning()
    .get();
}
