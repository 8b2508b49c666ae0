import { join } from "node:path";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { type Db, openDatabase, privateFile, StorageError } from "./client.ts";
import { lockAlone } from "./lock.ts";

const OTHER_PROCESS_MS = 60_000;

/**
 * Opens the database and brings it to this version's schema. Each start calls it; all missing migrations are one
 * transaction, so a start that is interrupted leaves the old schema, and the next one finishes. Throws StorageError if a
 * newer version has changed the schema.
 */
export function migrateDatabase(file: string): void {
  const db = openDatabase(file);
  // The migrator reads what is done before it locks: without this lock two processes that start together would both apply it.
  const lock = lockAlone(privateFile(`${file}.migrating`), OTHER_PROCESS_MS);
  if (!lock) throw new StorageError("another process has been upgrading it for a minute. Try again when that one is done");
  try {
    const migrationsFolder = join(process.cwd(), "db/migrations");
    migrate(db, { migrationsFolder });
    refuseNewer(db, readMigrationFiles({ migrationsFolder }).at(-1)?.folderMillis ?? 0);
  } finally {
    lock.release();
  }
  db.$client.pragma("busy_timeout = 0"); // from now on `commit` waits, not the event loop
}

/** Drizzle takes no notice of migrations that it does not know, and this version would work on tables that it does not know. */
function refuseNewer(db: Db, latest: number): void {
  const applied = db.$client.prepare("SELECT max(created_at) FROM __drizzle_migrations").pluck().get();
  if (Number(applied) <= latest) return;
  throw new StorageError("a newer version of Latchkey has changed it. Run that version, or restore a backup from before the upgrade");
}
