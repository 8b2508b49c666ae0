import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { newFolder, ROOT } from "./place.ts";

/* Databases as every released version left them: the migrations up to it, with data that has come all the way. */

const MIGRATIONS = join(ROOT, "db/sqlite/migrations");
const MARK = 0x4c_6b_65_79; // of db/sqlite/identity.ts
const OWN_OF_DRIZZLE = "__drizzle_migrations";
export const PEOPLE = 50;

const journalOf = (folder: string) => join(folder, "meta/_journal.json");
const readJournal = () => JSON.parse(readFileSync(journalOf(MIGRATIONS), "utf8")) as { entries: { when: number }[] };

/** How many migrations there are: a database has had none, some, or all of them. */
export const latestVersion = (): number => readJournal().entries.length;

/** The migrations' folder as it was when the last `version` of them was the newest. */
function migrationsUpTo(version: number): string {
  const folder = join(newFolder(), "migrations");
  cpSync(MIGRATIONS, folder, { recursive: true });
  const journal = readJournal();
  writeFileSync(journalOf(folder), JSON.stringify({ ...journal, entries: journal.entries.slice(0, version) }));
  return folder;
}

/**
 * Makes a database of this version; of version 0 there is no file. The data is put in after the first migration, which was
 * released and does not change any more, and has gone through every later one as an old installation's has.
 */
export function databaseAt(version: number, file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  if (version === 0) return;
  const client = new Database(file);
  client.pragma("journal_mode = WAL");
  for (let step = 1; step <= version; step++) {
    migrate(drizzle(client), { migrationsFolder: migrationsUpTo(step) });
    if (step === 1) insertData(client);
    else client.pragma(`application_id = ${MARK}`); // every version but the first marks its databases
  }
  client.close();
}

/** Somebody in every state, with everything that can belong to a person. */
function insertData(client: Database.Database): void {
  const now = Date.now();
  const later = now + 10 * 86_400_000;
  client.pragma("foreign_keys = ON");
  const user = client.prepare("insert into users values (?, ?, ?, ?, ?, 'no hash', ?, 'contact', ?, ?, 3, ?, ?)");
  const avatar = client.prepare("insert into avatars values (?, ?)");
  const session = client.prepare("insert into sessions values (?, ?, ?, 'Phone', 'Firefox', '127.0.0.1', 86400, ?, ?, ?, ?)");
  const event = client.prepare("insert into audit_events (user_id, type, at, session_id) values (?, ?, ?, ?)");
  const device = client.prepare("insert into known_devices values (?, ?, ?)");
  const limit = client.prepare("insert into rate_limits values (?, 2, 0, ?)");
  client.transaction(() => {
    for (let id = 1; id <= PEOPLE; id++) {
      const [name, status] = [`Person-${id}`, ["active", "active", "inactive", "suspended"][id % 4]];
      const email = `${name}@example.org`;
      const picture = id % 3 === 0 ? `picture-${id}` : null;
      if (picture) avatar.run(picture, Buffer.from(picture.repeat(200)));
      user.run(id, email, email.toLowerCase(), name, name.toLowerCase(), `bio\n${id} é 🔑`, picture, status, now, now);
      event.run(id, "user.registered", now, null);
      if (status !== "active") continue;
      session.run(id, id, Buffer.alloc(32, id), now, now, later, later);
      event.run(id, "session.opened", now, id);
      device.run(id, `device-${id}`, now);
      limit.run(`limit-${id}`, later);
    }
  })();
}

/** One more migration in a database's own book than there is here, as a later version would have left it. */
export function makeNewer(file: string): void {
  const client = new Database(file);
  client.exec(`insert into ${OWN_OF_DRIZZLE} (hash, created_at) select 'later', max(created_at) + 1 from ${OWN_OF_DRIZZLE}`);
  client.close();
}

export type Contents = { schema: string; rows: string };

/** All that a database holds, to be compared; without Drizzle's own table where it has nothing in it yet. */
export function contentsOf(file: string): Contents {
  const client = new Database(file);
  try {
    const made = client.prepare("select name, sql from sqlite_schema where name not like 'sqlite_%' order by name").all();
    const ours = (made as { name: string; sql: string | null }[]).filter(({ name }) => name !== OWN_OF_DRIZZLE);
    const tables = ours.filter(({ sql }) => /^create table/i.test(sql ?? "")).map(({ name }) => name);
    const rows = tables.map((name) => [name, client.prepare(`select * from "${name}" order by 1, 2`).all()]);
    return { schema: JSON.stringify(ours), rows: JSON.stringify(rows) };
  } finally {
    client.close();
  }
}
