import type Database from "better-sqlite3";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import { processWide } from "./process-wide.ts";
import { openSqlite, type SqliteDb } from "./sqlite/open.ts";

/* The open database of this process. */

/** The database for building statements; statements.ts runs them. */
export type Db = Pick<BetterSQLite3Database, "select" | "insert" | "update" | "delete" | "$count">;

const shared = processWide("database", () => ({ db: undefined as SqliteDb | undefined }));

/** Opens the database of this process, once. */
export function openDatabase(file: string): void {
  shared.db ??= openSqlite(file);
}

export const isDatabaseOpen = (): boolean => shared.db !== undefined;

export const db = (): Db => opened();

/** The driver's own connection, for db/ alone. */
export const connection = (): Database.Database => opened().$client;

/** Moves everything into the main file and closes the database. */
export function closeDatabase(): void {
  shared.db?.$client.close();
  shared.db = undefined;
}

/** A value that is created once for each open database. */
export function oncePerDatabase<T>(make: () => T): () => T {
  let owner: SqliteDb | undefined;
  let made: T;
  return () => {
    const present = opened();
    if (owner !== present) {
      owner = present;
      made = make();
    }
    return made;
  };
}

function opened(): SqliteDb {
  if (!shared.db) throw new Error("The database is not open: call openDatabase first.");
  return shared.db;
}
