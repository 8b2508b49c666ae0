import { closeSync, openSync } from "node:fs";
import Database from "better-sqlite3";
import { type BetterSQLite3Database, drizzle } from "drizzle-orm/better-sqlite3";

const START_BUSY_MS = 10_000; // another process may be migrating
const MAX_STATEMENTS = 200;
const MAX_WAL_BYTES = 64 * 1024 * 1024;

export type SqliteDb = BetterSQLite3Database & { $client: Database.Database };

/** Keeps the statements it has compiled by their text: Drizzle asks for one anew each time, which costs as much as running it. */
class Client extends Database {
  readonly #statements = new Map<string, Database.Statement>();

  override prepare(source: string): never {
    let statement = this.#statements.get(source);
    if (!statement) {
      statement = super.prepare(source);
      if (this.#statements.size < MAX_STATEMENTS) this.#statements.set(source, statement);
    }
    return statement as never;
  }
}

/** Opens a database file, which must exist, and makes every commit durable. */
export function openSqlite(file: string): SqliteDb {
  closeSync(openSync(file, "r+")); // SQLite would open for reading what it may not write, and leave files beside it
  const client = new Client(file, { timeout: START_BUSY_MS, fileMustExist: true });
  client.pragma("journal_mode = WAL");
  client.pragma("synchronous = FULL"); // the driver's own default, NORMAL, loses acknowledged writes at a power cut
  client.pragma("foreign_keys = ON");
  client.pragma("trusted_schema = OFF");
  client.pragma(`journal_size_limit = ${MAX_WAL_BYTES}`);
  return drizzle(client, { casing: "snake_case" });
}
