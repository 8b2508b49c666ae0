import { closeSync, openSync } from "node:fs";
import Database from "better-sqlite3";
import { type BetterSQLite3Database, drizzle } from "drizzle-orm/better-sqlite3";
import { processWide } from "./process-wide.ts";

const START_BUSY_MS = 10_000; // another process may be migrating
const MOST_STATEMENTS = 200;
const LARGEST_WAL_BYTES = 64 * 1024 * 1024;
const STORAGE_FAULTS = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOTADB|CORRUPT)/;

export type Db = BetterSQLite3Database & { $client: Database.Database };

/** The disk, another process or another version keeps us from reading or writing; nothing was changed. */
export class StorageError extends Error {
  readonly retryAfterSeconds = 5;
}

/** Keeps the statements it has compiled by their text: Drizzle asks for one anew each time, which costs as much as running it. */
class Client extends Database {
  readonly #statements = new Map<string, Database.Statement>();

  override prepare(source: string): never {
    let statement = this.#statements.get(source);
    if (!statement) {
      statement = super.prepare(source);
      if (this.#statements.size < MOST_STATEMENTS) this.#statements.set(source, statement);
    }
    return statement as never;
  }
}

const shared = processWide("database", () => ({ db: undefined as Db | undefined }));

/** Opens the database of this process (once) and makes every commit durable. */
export function openDatabase(file: string): Db {
  if (shared.db) return shared.db;
  closeSync(openSync(file, "r+")); // SQLite would open for reading what it may not write, and leave files beside it
  const client = new Client(file, { timeout: START_BUSY_MS, fileMustExist: true });
  client.pragma("journal_mode = WAL");
  client.pragma("synchronous = FULL"); // the driver's own default, NORMAL, loses acknowledged writes at a power cut
  client.pragma("foreign_keys = ON");
  client.pragma("trusted_schema = OFF");
  client.pragma(`journal_size_limit = ${LARGEST_WAL_BYTES}`);
  shared.db = drizzle(client, { casing: "snake_case" });
  return shared.db;
}

export const isDatabaseOpen = (): boolean => shared.db !== undefined;

export function db(): Db {
  if (!shared.db) throw new Error("The database is not open: call openDatabase first.");
  return shared.db;
}

/** Moves everything into the main file and lets go of it. */
export function closeDatabase(): void {
  shared.db?.$client.close();
  shared.db = undefined;
}

/** What is made once per open database. Statements have a word of their own in statements.ts. */
export function prepared<T>(build: (db: Db) => T): () => T {
  let owner: Db | undefined;
  let made: T;
  return () => {
    if (owner !== db()) {
      owner = db();
      made = build(owner);
    }
    return made;
  };
}

/** The storage fault behind an error, or null if it is none. */
export function storageErrorFor(error: unknown): StorageError | null {
  return STORAGE_FAULTS.test(sqliteError(error)?.code ?? "") ? new StorageError("storage", { cause: error }) : null;
}

/** The column whose uniqueness a failed write would have broken, e.g. "email_canonical", or null. */
export function uniqueViolation(error: unknown): string | null {
  const found = sqliteError(error);
  if (!found || !/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(found.code)) return null;
  return found.message.match(/\.(\w+)$/)?.[1] ?? null;
}

export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(sqliteError(error)?.code ?? "");
}

function sqliteError(error: unknown): { code: string; message: string } | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === "SqliteError") return cause as Error & { code: string };
  }
  return null;
}
