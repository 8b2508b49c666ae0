import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { hashPassword } from "#accounts/passwords/passwords.ts";
import { newToken } from "#accounts/sessions/tokens.ts";
import { closeDatabase, db } from "#db/engine.ts";
import { PASSWORD, userRow } from "#db/people.ts";
import { users } from "#db/schema.ts";
import { connection } from "#db/sqlite/engine.ts";
import { migrateDatabase } from "#db/sqlite/migrate.ts";

const USERS = 1_000;
const LOGGING_IN = 100; // the last ones log in and have no sessions yet: a user's 101st ends the oldest
const SESSION_MS = 14 * 24 * 3_600_000;

export type Seed = { file: string; tokens: string[]; userIds: number[]; serviceKey: string };

const nameOf = (user: number): string => `person-${user}`;

/** The users for log-ins, numbered from 0. */
export const emailForLogIn = (number: number): string => `${nameOf(USERS - (number % LOGGING_IN))}@example.org`;

/** A migrated database with 1,000 users, who all have the same password, and `sessions` live sessions spread over most of them. */
export async function seedDatabase(file: string, sessions: number): Promise<Seed> {
  migrateDatabase(file);
  const client = connection();
  const passwordHash = await hashPassword(PASSWORD, { network: "", who: "seed" });
  const now = Date.now();
  const userIds = Array.from({ length: USERS }, (_, index) => index + 1);
  const tokens: string[] = [];
  const key = newToken("service");
  const insertSession = client.prepare(
    "insert into sessions (id, user_id, token_hash, device, ip, idle_seconds, created_at, last_used_at, expires_at, ends_at_latest) values (?, ?, ?, 'API client', '127.0.0.1', ?, ?, ?, ?, ?)",
  );
  client
    .prepare("insert into service_keys (id, key_hash, name, rights, created_at, expires_at) values (?, ?, 'bench', 'introspect', ?, ?)")
    .run(key.id, key.hash, now, now + SESSION_MS);
  client.transaction(() => {
    for (const id of userIds) {
      const row = userRow(nameOf(id), { id, passwordHash, bio: "Mathematician.", contactInformation: "Office 3" });
      db().insert(users).values(row).run();
    }
    for (let index = 0; index < sessions; index++) {
      const { token, id, hash } = newToken("token");
      const userId = userIds[index % (USERS - LOGGING_IN)] as number;
      insertSession.run(id, userId, hash, SESSION_MS / 1_000, now, now, now + SESSION_MS, now + 2 * SESSION_MS);
      tokens.push(token);
    }
  })();
  await closeDatabase();
  return { file, tokens, userIds, serviceKey: key.token };
}

/** Copies the data for another server. */
export function copyDatabase({ file }: Seed, folder: string): string {
  const copy = join(folder, "latchkey.db");
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(file, copy);
  return copy;
}
