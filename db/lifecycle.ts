import { closeDatabase, engine } from "./engine.ts";
import { readTarget } from "./postgres/target.ts";
import { isFirstStart } from "./sqlite/identity.ts";
import { migrateDatabase } from "./sqlite/migrate.ts";
import { markServing } from "./sqlite/serving.ts";

/* How a server or a command opens the database, checks it and closes it. */

/** The settings that say where the database is. With `databaseUrl` it is PostgreSQL's, otherwise SQLite's file. */
export type DatabaseSettings = { databaseFile: string; databaseUrl: string | null; databasePool: number; databasePrepare: boolean };

/** Whether there is a database. Throws StorageError if what is there is not one of ours. */
export async function hasDatabase({ databaseFile, databaseUrl, ...more }: DatabaseSettings): Promise<boolean> {
  if (databaseUrl === null) return !isFirstStart(databaseFile);
  const { hasPostgres } = await loadPostgres();
  return hasPostgres(readTarget({ databaseUrl, ...more }));
}

/**
 * Opens the database, a new one if there is none, and brings it to this version's schema. With `serving` other processes
 * learn that a server is using it, until this process ends. Throws StorageError.
 */
export async function startDatabase({ databaseFile, databaseUrl, ...more }: DatabaseSettings, { serving = false } = {}): Promise<void> {
  if (databaseUrl !== null) {
    const { startPostgres } = await loadPostgres();
    return startPostgres(readTarget({ databaseUrl, ...more }));
  }
  migrateDatabase(databaseFile);
  if (serving) markServing(databaseFile);
}

/** The driver and what uses it, which a service on SQLite doesn't need in its memory. */
const loadPostgres = () => import("./postgres/start.ts");

/** Throws StorageError unless the database can be read and written. */
export const requireStorage = (): Promise<void> => engine().requireStorage();

/** Closes the database, if it is open. */
export async function stopDatabase(): Promise<void> {
  await closeDatabase();
}
