import { join } from "node:path";
import Database from "better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { openDatabase, privateFile } from "./client.ts";

const OTHER_PROCESS_MS = 60_000;

/**
 * Opens the database and brings it to this version's schema. Each start calls it; all missing migrations are one
 * transaction, so a start that is interrupted leaves the old schema, and the next one finishes.
 */
export function migrateDatabase(file: string): void {
  const db = openDatabase(file);
  // The migrator reads what is done before it locks: without this lock two processes that start together would both apply it.
  const lock = new Database(privateFile(`${file}.migrating`), { timeout: OTHER_PROCESS_MS });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    migrate(db, { migrationsFolder: join(process.cwd(), "db/migrations") });
  } finally {
    lock.close();
  }
  db.$client.pragma("busy_timeout = 0"); // from now on `commit` waits, not the event loop
}
