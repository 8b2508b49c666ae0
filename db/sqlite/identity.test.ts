import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterEach, test } from "node:test";
import Database from "better-sqlite3";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { closeDatabase } from "../engine.ts";
import { StorageError } from "../errors.ts";
import { freshFolder, killedAtEachStep, newUser } from "../testing.ts";
import { connection } from "./engine.ts";
import { APPLICATION_ID } from "./identity.ts";
import { migrateDatabase } from "./migrate.ts";

const MIDDLE_PAGE = 3 * 4_096;

afterEach(closeDatabase);

const newFile = () => join(freshFolder(), "latchkey.db");

/** A database of ours with a user in it, as a server leaves it at its end. */
async function ourDatabase(): Promise<string> {
  const file = newFile();
  migrateDatabase(file);
  await newUser();
  await closeDatabase();
  return file;
}

/** A database with a user in it as version 0.1 left it: its only migration, and no mark. */
function databaseOf01(): string {
  const file = newFile();
  const [first] = readMigrationFiles({ migrationsFolder: "db/sqlite/migrations" });
  const client = new Database(file);
  client.pragma("journal_mode = WAL");
  client.exec("CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)");
  for (const statement of first?.sql ?? []) client.exec(statement);
  client.prepare("INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)").run(first?.hash, first?.folderMillis);
  insertUser(client, 1);
  client.close();
  return file;
}

const insertUser = (client: Database.Database, id: number) =>
  client.exec(
    `INSERT INTO users (id, email, email_canonical, username, username_canonical, password_hash, created_at, updated_at) VALUES (${id}, 'a', 'a${id}', 'b', 'b${id}', 'x', 1, 1)`,
  );

/** Everything in the folder of a file. */
const contentOf = (file: string) => {
  const folder = dirname(file);
  return readdirSync(folder)
    .sort()
    .map((name) => [name, readFileSync(join(folder, name)).toString("base64")]);
};

function refuses(file: string, sentence: RegExp): void {
  const before = contentOf(file);
  assert.throws(
    () => migrateDatabase(file),
    (error) => error instanceof StorageError && sentence.test(error.message),
    String(sentence),
  );
  assert.deepEqual(contentOf(file), before, "and nothing is changed");
}

test("an empty or missing folder, and an empty file alone, are a first start; the database then is marked as ours", async () => {
  const missing = join(freshFolder(), "deep/er/latchkey.db");
  const empty = newFile();
  writeFileSync(empty, "");
  for (const file of [newFile(), missing, empty]) {
    migrateDatabase(file);
    assert.equal(readFileSync(file).readInt32BE(68), APPLICATION_ID);
    assert.ok(await newUser());
    await closeDatabase();
    assert.deepEqual(readdirSync(dirname(file)), ["latchkey.db"], "nothing else is left");
  }
});

test("a missing or empty database with anything of an earlier one beside it is no first start", () => {
  for (const ending of ["-wal", "-shm", "-journal", ".serving", ".migrating", ".part", ".before-restore", ".before-restore-2", ".bak"]) {
    for (const isThere of [false, true]) {
      const file = newFile();
      if (isThere) writeFileSync(file, "");
      writeFileSync(file + ending, "");
      refuses(file, isThere ? /is empty, but .*not a first start/ : /is missing, but .*not a first start/);
    }
  }
});

test("the refusal names a command that can be run as it stands", () => {
  const file = newFile();
  writeFileSync(`${file}.before-restore-2`, "");
  refuses(file, new RegExp(`“npx accounts restore ${file}\\.before-restore-2”`));
});

test("a first start that was killed at any moment can start again", async () => {
  const folder = join(freshFolder(), "data");
  const states = killedAtEachStep(folder, () => migrateDatabase(join(folder, "latchkey.db")));
  await closeDatabase();
  assert.ok(states.length > 10, `only ${states.length} steps were seen`);
  for (const [step, state] of states.entries()) {
    migrateDatabase(join(state, "latchkey.db"));
    assert.ok(await newUser(), `killed at step ${step}`);
    await closeDatabase();
  }
});

test("a database of ours that has lost a table is refused and left as it is", async () => {
  for (const table of ["users", "sessions", "drafts", "__drizzle_migrations"]) {
    const file = await ourDatabase();
    new Database(file).exec(`PRAGMA foreign_keys = OFF; DROP TABLE ${table}`).close();
    const before = readFileSync(file);
    assert.throws(() => migrateDatabase(file), new RegExp(`has no table “${table}”, so it is damaged or incomplete. Restore a backup`));
    await closeDatabase();
    assert.deepEqual(readFileSync(file), before);
  }
});

test("another program's database is refused and left as it is, in every journal mode, whether it is marked or not", () => {
  for (const prepare of [
    "CREATE TABLE photos (id)",
    "PRAGMA journal_mode = WAL; CREATE TABLE photos (id)",
    "PRAGMA application_id = 7; CREATE TABLE photos (id)",
    "CREATE TABLE users (id); CREATE TABLE sessions (id)",
    "CREATE VIEW recent AS SELECT 1", // a program that has not made its tables yet
  ]) {
    const file = newFile();
    new Database(file).exec(prepare).close();
    refuses(file, /belongs to another program/);
  }
});

test("another program's database is left as it is also where that program died and its tables are in its log alone", () => {
  const [origin, file] = [newFile(), newFile()];
  const client = new Database(origin).exec("PRAGMA journal_mode = WAL; CREATE TABLE photos (id)");
  for (const ending of ["", "-wal"]) copyFileSync(origin + ending, file + ending);
  client.close();
  refuses(file, /belongs to another program/);
});

test("a database of version 0.1 is accepted and marked, also with its content in the log", async () => {
  for (const inLog of [false, true]) {
    const origin = databaseOf01();
    const file = inLog ? newFile() : origin;
    if (inLog) {
      const client = new Database(origin);
      insertUser(client, 2);
      for (const ending of ["", "-wal"]) copyFileSync(origin + ending, file + ending);
      client.close();
      for (const ending of [".migrating", ".serving"]) writeFileSync(file + ending, "");
    }
    migrateDatabase(file);
    assert.equal(connection().prepare("SELECT count(*) FROM users").pluck().get(), inLog ? 2 : 1);
    await closeDatabase();
    assert.equal(readFileSync(file).readInt32BE(68), APPLICATION_ID);
  }
});

test("an unmarked database with further tables is refused", () => {
  const file = databaseOf01();
  new Database(file).exec("CREATE TABLE photos (id)").close();
  refuses(file, /belongs to another program/);
});

test("what an interrupted first start of version 0.1 left is a first start; an emptied database isn't", async () => {
  const file = newFile();
  new Database(file).exec("PRAGMA journal_mode = WAL").close();
  writeFileSync(`${file}.migrating`, "");
  migrateDatabase(file);
  await closeDatabase();
  for (const ending of [".serving", ".before-restore"]) {
    const emptied = newFile();
    new Database(emptied).exec("PRAGMA journal_mode = WAL").close();
    writeFileSync(emptied + ending, "");
    refuses(emptied, /has no tables, but .*not a first start/);
  }
});

test("damaged and truncated files are refused", async () => {
  const [garbled, short, tiny] = [await ourDatabase(), await ourDatabase(), await ourDatabase()];
  writeFileSync(garbled, "this is no database".repeat(500));
  refuses(garbled, /damaged/);
  truncateSync(short, MIDDLE_PAGE);
  refuses(short, /cut short/);
  truncateSync(tiny, 10);
  refuses(tiny, /damaged/);
});

test("a file truncated by an interrupted checkpoint is complete with its log, but not with another log", async () => {
  const origin = await ourDatabase();
  migrateDatabase(origin);
  for (let user = 0; user < 100; user++) await newUser({ bio: "x".repeat(1_000) });
  const file = newFile();
  copyFileSync(`${origin}-wal`, `${file}-wal`);
  connection().pragma("wal_checkpoint(FULL)");
  copyFileSync(origin, file);
  await closeDatabase();
  const size = readFileSync(file).length;
  truncateSync(file, size - 8_192);
  migrateDatabase(file);
  assert.equal(connection().prepare("SELECT count(*) FROM users").pluck().get(), 101);
  await closeDatabase();
  const cut = await ourDatabase();
  truncateSync(cut, MIDDLE_PAGE);
  writeFileSync(`${cut}-wal`, "no log");
  assert.throws(() => migrateDatabase(cut), /cut short/);
});

test("dangling links are named, with their targets", () => {
  const folder = freshFolder();
  symlinkSync("/mnt/not-there/data", join(folder, "data"));
  assert.throws(() => migrateDatabase(join(folder, "data/latchkey.db")), /data is a link to \/mnt\/not-there\/data/);
  symlinkSync("/mnt/not-there.db", join(folder, "latchkey.db"));
  assert.throws(() => migrateDatabase(join(folder, "latchkey.db")), /latchkey\.db is a link to \/mnt\/not-there\.db/);
});

test("a database behind a link works like any other", async () => {
  const [file, folder] = [await ourDatabase(), freshFolder()];
  const link = join(folder, "latchkey.db");
  symlinkSync(file, link);
  migrateDatabase(link);
  assert.equal(connection().prepare("SELECT count(*) FROM users").pluck().get(), 1);
});

test("a database that was moved away makes the start elsewhere a first start", async () => {
  const file = await ourDatabase();
  const moved = join(freshFolder(), basename(file));
  renameSync(file, moved);
  rmSync(dirname(file), { recursive: true });
  mkdirSync(dirname(file));
  migrateDatabase(moved);
  assert.equal(connection().prepare("SELECT count(*) FROM users").pluck().get(), 1);
});
