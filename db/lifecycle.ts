import { closeDatabase, connection } from "./engine.ts";
import { StorageError } from "./errors.ts";
import { markServing } from "./sqlite/backup.ts";
import { storageWorks } from "./sqlite/condition.ts";
import { isFirstStart } from "./sqlite/identity.ts";
import { migrateDatabase } from "./sqlite/migrate.ts";

/* How a server or a command opens the database, checks it and closes it. Promises, because a database may be on another machine. */

/** Whether there is a database. Throws StorageError if what is there is not one of ours. */
export async function hasDatabase(file: string): Promise<boolean> {
  return !isFirstStart(file);
}

/**
 * Opens the database, a new one if there is none, and brings it to this version's schema. With `serving` other processes
 * learn that a server is using it, until this process ends. Throws StorageError.
 */
export async function startDatabase(file: string, { serving = false } = {}): Promise<void> {
  migrateDatabase(file);
  if (serving) markServing(file);
}

/** Throws StorageError unless the database can be read and written. */
export async function requireStorage(): Promise<void> {
  if (!storageWorks()) throw new StorageError("The database takes no writes: see the errors before.");
  connection().prepare("select count(*) from (select 1 from users limit 1)").get();
}

/** Closes the database, if it is open. */
export async function stopDatabase(): Promise<void> {
  closeDatabase();
}
