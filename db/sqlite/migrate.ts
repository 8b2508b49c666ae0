import { rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import type { MigrationMeta } from "drizzle-orm/migrator";
import { allMigrations, migrationsAfter, TABLE_NAMES } from "../migrations.ts";
import { rememberFiles } from "./condition.ts";
import { connection, openSqlite } from "./engine.ts";
import { makeFolder, privateFile, publish } from "./files.ts";
import { APPLICATION_ID, isFirstStart, refuseMissingTables, UNFINISHED } from "./identity.ts";

const OTHER_PROCESS_MS = 60_000;

/**
 * Opens the database and migrates it to this version's schema. All missing migrations run in one transaction, so an interrupted
 * start leaves the old schema, and the next one finishes. Throws StorageError if a newer version has changed the schema, and for
 * anything that is neither a Latchkey database nor a first start.
 */
export function migrateDatabase(file: string): void {
  makeFolder(dirname(file));
  if (isFirstStart(file)) createDatabase(file);
  openSqlite(file);
  connection().pragma(`busy_timeout = ${OTHER_PROCESS_MS}`);
  migrate(connection());
  refuseMissingTables(connection(), TABLE_NAMES);
  rememberFiles(file);
  connection().pragma("busy_timeout = 0"); // from now on commits wait for locks without blocking the event loop
}

/**
 * Builds the first database under another name and renames it, so that an interrupted start never leaves an incomplete database.
 * If several processes start at once, one builds and the others wait.
 */
function createDatabase(file: string): void {
  try {
    build(file, file + UNFINISHED);
  } catch (error) {
    if (!hasContent(file)) throw error; // otherwise another process has just put its database in place
  }
}

function build(file: string, unfinished: string): void {
  const client = new Database(privateFile(unfinished), { timeout: OTHER_PROCESS_MS });
  try {
    client.pragma("synchronous = FULL");
    client.pragma("locking_mode = EXCLUSIVE"); // the lock is held until the file has its name
    client.exec("BEGIN EXCLUSIVE; COMMIT");
    if (hasContent(file)) {
      rmSync(unfinished, { force: true });
    } else {
      migrate(client);
      publish(unfinished, file);
    }
  } finally {
    client.close();
  }
}

const hasContent = (file: string) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;

/** Runs missing migrations. Drizzle's migrator would hide errors: it rolls back again what SQLite has already rolled back. */
export function migrate(client: Database.Database): void {
  const migrations = allMigrations("sqlite");
  if (isMarked(client)) refuseMissingTables(client);
  if (missing(client, migrations).length === 0 && isMarked(client)) return; // no lock needed
  const all = client.transaction(() => {
    client.exec("CREATE TABLE IF NOT EXISTS __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)");
    for (const { folderMillis, hash, sql } of missing(client, migrations)) {
      for (const statement of sql) client.exec(statement);
      client.prepare("INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)").run(hash, folderMillis);
    }
    if (!isMarked(client)) client.pragma(`application_id = ${APPLICATION_ID}`);
  });
  all.exclusive();
}

/** The migrations that haven't run yet. */
function missing(client: Database.Database, migrations: MigrationMeta[]): MigrationMeta[] {
  const isNew = client.prepare("SELECT 1 FROM sqlite_schema WHERE name = '__drizzle_migrations'").get() === undefined;
  const latest = isNew ? 0 : Number(client.prepare("SELECT max(created_at) FROM __drizzle_migrations").pluck().get());
  return migrationsAfter(latest, migrations);
}

const isMarked = (client: Database.Database) => client.pragma("application_id", { simple: true }) === APPLICATION_ID;
