import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { getTableConfig } from "drizzle-orm/sqlite-core";
import * as deletions from "../deletions-schema.ts";
import { closeDatabase, setEngine } from "../engine.ts";
import { StorageError } from "../errors.ts";
import * as factors from "../factors-schema.ts";
import * as schema from "../schema.ts";
import { freshFolder, newUser } from "../testing.ts";
import { connection, sqliteEngine } from "./engine.ts";
import { APPLICATION_ID } from "./identity.ts";
import { migrateDatabase } from "./migrate.ts";

const OWN_OF_DRIZZLE = "__drizzle_migrations";

const folder = freshFolder();
let files = 0;
const newFile = () => join(folder, `${++files}.db`);

afterEach(closeDatabase);

test("every table is STRICT but Drizzle's own", () => {
  migrateDatabase(newFile());
  const tables = connection().pragma("table_list") as { schema: string; name: string; strict: number }[];
  const ours = tables.filter(({ schema, name }) => schema === "main" && !name.startsWith("sqlite_") && name !== OWN_OF_DRIZZLE);
  assert.deepEqual(
    ours.map(({ name, strict }) => [name, strict]).sort(),
    tableConfigs()
      .map(({ name }) => [name, 1])
      .sort(),
  );
});

test("tables have exactly the columns of the schema files, with their names and NOT NULL", () => {
  migrateDatabase(newFile());
  for (const { name, columns } of tableConfigs()) {
    const found = connection().pragma(`table_info(${name})`) as { name: string; notnull: number; type: string }[];
    const snakeCase = (text: string) => text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    assert.deepEqual(
      found.map((column) => [column.name, column.type.toLowerCase(), column.notnull === 1]),
      columns.map((column) => [snakeCase(column.name), column.getSQLType(), column.notNull]),
      name,
    );
  }
});

test("user and picture may be written in any order in one commit, and never one without the other", async () => {
  migrateDatabase(newFile());
  const database = connection();
  const { id } = await newUser();
  const give = database.prepare("UPDATE users SET avatar_hash = 'p' WHERE id = ?");
  const keep = database.prepare("INSERT INTO avatars VALUES ('p', x'00')");
  assert.throws(() => give.run(id), /FOREIGN KEY/);
  database.transaction(() => [give.run(id), keep.run()])();
  assert.throws(() => database.exec("DELETE FROM avatars"), /FOREIGN KEY/);
  database.transaction(() => database.exec("DELETE FROM avatars; UPDATE users SET avatar_hash = NULL"))();
});

test("a user's sessions are deleted with the user, events stay", async () => {
  migrateDatabase(newFile());
  const database = connection();
  const { id } = await newUser();
  database.exec(`INSERT INTO sessions (id, user_id, token_hash, device, ip, idle_seconds, created_at, last_used_at, expires_at, ends_at_latest)
    VALUES (1, ${id}, x'00', 'd', 'i', 1, 1, 1, 1, 1);
    INSERT INTO audit_events (user_id, type, at) VALUES (${id}, 'session.opened', 1);
    DELETE FROM users WHERE id = ${id}`);
  assert.equal(database.prepare("SELECT count(*) FROM sessions").pluck().get(), 0);
  assert.equal(database.prepare("SELECT count(*) FROM audit_events").pluck().get(), 1);
  assert.notEqual((await newUser()).id, id, "an id is never given twice");
});

test("a status that does not exist and a number for a name are refused by the database too", async () => {
  migrateDatabase(newFile());
  const { id } = await newUser();
  assert.throws(() => connection().exec(`UPDATE users SET status = 'admin' WHERE id = ${id}`), /CHECK/);
  assert.throws(() => connection().exec(`UPDATE users SET created_at = 'yesterday' WHERE id = ${id}`), /cannot store TEXT/);
});

test("a second start changes nothing", async () => {
  const file = newFile();
  migrateDatabase(file);
  const { id } = await newUser();
  const before = schemaOf(file);
  await closeDatabase();
  migrateDatabase(file);
  assert.deepEqual(schemaOf(file), before);
  assert.equal(connection().prepare("SELECT count(*) FROM users WHERE id = ?").pluck().get(id), 1);
});

test("processes that start at the same time all find a migrated database", async () => {
  const file = newFile();
  const script = `
    import { migrateDatabase } from "./db/sqlite/migrate.ts";
    import { connection } from "./db/sqlite/engine.ts";
    migrateDatabase(process.argv[1]);
    connection().prepare("SELECT count(*) FROM users").get();`;
  const starts = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ["--import", "./db/runtime.js", "--input-type=module", "-e", script, file], { stdio: "inherit" }),
  );
  const codes = await Promise.all(starts.map(async (child) => (await once(child, "exit"))[0]));
  assert.deepEqual(codes, [0, 0, 0]);
  migrateDatabase(file);
  assert.equal(connection().prepare(`SELECT count(*) FROM ${OWN_OF_DRIZZLE}`).pluck().get(), migrationFiles("db/sqlite/migrations").length);
});

test("a start killed at any statement leaves the old or the new schema, and the next one finishes", async () => {
  const whole = newFile();
  const states: string[] = [];
  // What a killed process leaves is what its files hold at that moment: they are copied before every statement.
  const keepState = () => {
    const state = newFile();
    for (const suffix of ["", "-wal"]) if (existsSync(whole + suffix)) copyFileSync(whole + suffix, state + suffix);
    states.push(state);
  };
  const client = new Database(whole, { verbose: keepState });
  client.pragma("journal_mode = WAL");
  setEngine(() => sqliteEngine(client));
  migrateDatabase(whole);
  const finished = schemaOf(whole);
  await closeDatabase();
  assert.ok(states.length > 10, `only ${states.length} statements were seen`);
  for (const [n, state] of states.entries()) {
    const left = schemaOf(state).filter((sql) => !sql.includes(OWN_OF_DRIZZLE));
    assert.ok(left.length === 0 || left.length === finished.length - 1, `killed at statement ${n}: ${left.length} tables and indexes`);
    migrateDatabase(state);
    assert.deepEqual(schemaOf(state), finished, `killed at statement ${n}`);
    await newUser();
    await closeDatabase();
  }
});

test("a process killed while it migrates blocks no other", async () => {
  const script = `
    import Database from "better-sqlite3";
    import { setEngine } from "./db/engine.ts";
    import { sqliteEngine } from "./db/sqlite/engine.ts";
    import { migrateDatabase } from "./db/sqlite/migrate.ts";
    let left = 8;
    const verbose = () => { if (--left === 0) process.kill(process.pid, "SIGKILL"); };
    const client = new Database(process.argv[1], { verbose });
    client.pragma("journal_mode = WAL");
    setEngine(() => sqliteEngine(client));
    migrateDatabase(process.argv[1]);`;
  const file = newFile();
  const { signal } = spawnSync(process.execPath, ["--import", "./db/runtime.js", "--input-type=module", "-e", script, file], {
    stdio: "inherit",
  });
  assert.equal(signal, "SIGKILL");
  migrateDatabase(file);
  assert.ok(await newUser());
});

test("a database that a newer version has changed is refused, and left as it is", async () => {
  const file = newFile();
  migrateDatabase(file);
  const { id } = await newUser();
  connection().exec(`INSERT INTO ${OWN_OF_DRIZZLE} (hash, created_at) SELECT 'newer', max(created_at) + 1 FROM ${OWN_OF_DRIZZLE}`);
  const before = schemaOf(file);
  await closeDatabase();
  assert.throws(
    () => migrateDatabase(file),
    (error) => error instanceof StorageError && /newer version/.test(error.message),
  );
  assert.deepEqual(schemaOf(file), before);
  assert.equal(connection().prepare("SELECT count(*) FROM users WHERE id = ?").pluck().get(id), 1);
});

test("sessions of earlier versions were authenticated by password when they were created", () => {
  const file = newFile();
  const migrationsFolder = join(freshFolder(), "migrations");
  cpSync("db/sqlite/migrations", migrationsFolder, { recursive: true });
  const journal = join(migrationsFolder, "meta/_journal.json");
  const { entries } = JSON.parse(readFileSync(journal, "utf8"));
  writeFileSync(journal, JSON.stringify({ entries: entries.slice(0, 3) }));
  const client = new Database(file);
  migrate(drizzle(client), { migrationsFolder });
  client.pragma(`application_id = ${APPLICATION_ID}`);
  client.exec(`INSERT INTO users VALUES (1, 'a', 'a', 'a', 'a', '', '', '', NULL, 'active', 0, 1, 1);
    INSERT INTO sessions VALUES (1, 1, x'00', NULL, '', '', 1, 5, 6, 7, 8, 'token')`);
  client.close();
  migrateDatabase(file);
  assert.deepEqual(connection().prepare("SELECT created_at, authenticated_at, factors FROM sessions").raw().all(), [[5, 5, "password"]]);
});

function tableConfigs() {
  return Object.values({ ...schema, ...deletions, ...factors }).map((table) => getTableConfig(table));
}

function migrationFiles(path: string): string[] {
  return readdirSync(path)
    .filter((name) => name.endsWith(".sql"))
    .sort();
}

function schemaOf(file: string): string[] {
  const client = new Database(file);
  const found = client
    .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all();
  client.close();
  return found as string[];
}
