import { closeSync, openSync } from "node:fs";
import Database from "better-sqlite3";

const START_BUSY_MS = 10_000; // another process may be migrating
const MAX_STATEMENTS = 200;
const MAX_WAL_BYTES = 64 * 1024 * 1024;

/** A connection that caches compiled statements by their text: Drizzle compiles each time, which costs as much as running it. */
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

/** Opens an existing database file, with durable commits. */
export function openClient(file: string): Database.Database {
  closeSync(openSync(file, "r+")); // fails if the file isn't writable; SQLite would open it read-only and leave files beside it
  const client = new Client(file, { timeout: START_BUSY_MS, fileMustExist: true });
  client.pragma("journal_mode = WAL");
  client.pragma("synchronous = FULL"); // the driver's default, NORMAL, can lose commits in a power cut
  client.pragma("foreign_keys = ON");
  client.pragma("trusted_schema = OFF");
  client.pragma(`journal_size_limit = ${MAX_WAL_BYTES}`);
  return client;
}
