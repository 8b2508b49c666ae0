import { chownSync, closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { getTableColumns, type Placeholder, sql, type Table } from "drizzle-orm";
import { type BetterSQLite3Database, drizzle } from "drizzle-orm/better-sqlite3";
import { processWide } from "./process-wide.ts";

const START_BUSY_MS = 10_000; // another process may be migrating
const BUSY_RETRY_MS = 20;
const BUSY_PATIENCE_MS = 5_000;
const MOST_ACTS_TOGETHER = 32;
const MOST_STATEMENTS = 200;
const LARGEST_WAL_BYTES = 64 * 1024 * 1024;
const STORAGE_FAULTS = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOTADB|CORRUPT)/;

export type Db = BetterSQLite3Database & { $client: Database.Database };

/** What `commit` runs: any Drizzle statement that was built and not yet awaited, or a prepared one `withValues`. */
type Statement = { prepare(): { execute(): unknown } };
type Rows<S> = S extends PromiseLike<infer R> ? R : unknown;

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

/** Opens the database of this process (once) and makes every commit durable. `file` may not exist yet. */
export function openDatabase(file: string): Db {
  if (shared.db) return shared.db;
  makeFolder(dirname(file));
  const client = new Client(privateFile(file), { timeout: START_BUSY_MS });
  client.pragma("journal_mode = WAL");
  client.pragma("synchronous = FULL"); // the driver's own default, NORMAL, loses acknowledged writes at a power cut
  client.pragma("foreign_keys = ON");
  client.pragma("trusted_schema = OFF");
  client.pragma(`journal_size_limit = ${LARGEST_WAL_BYTES}`);
  shared.db = drizzle(client, { casing: "snake_case" });
  return shared.db;
}

/** The path of a file that nobody else may read; made here if need be, since SQLite would make it, and its -wal, for all to read. */
export function privateFile(file: string): string {
  const isNew = !existsSync(file);
  closeSync(openSync(file, "a", 0o600));
  if (isNew && process.getuid?.() === 0) {
    const { uid, gid } = statSync(dirname(file)); // what root makes belongs to whom the folder belongs: the service can open it
    chownSync(file, uid, gid);
  }
  return file;
}

/** Step by step, because Node's recursive mkdir never returns where the kernel refuses a folder with "no such file", as in /proc. */
function makeFolder(folder: string, mode = 0o700): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder), 0o777);
  mkdirSync(folder, { mode });
}

export function db(): Db {
  if (!shared.db) throw new Error("The database is not open: call openDatabase first.");
  return shared.db;
}

/** Moves everything into the main file and lets go of it. */
export function closeDatabase(): void {
  shared.db?.$client.close();
  shared.db = undefined;
}

/** A statement built once per open database: building a query costs more than running it. */
export function prepared<T>(build: (db: Db) => T): () => T {
  let owner: Db | undefined;
  let statement: T;
  return () => {
    if (owner !== db()) {
      owner = db();
      statement = build(owner);
    }
    return statement;
  };
}

/** A placeholder for each column of a table, by its name. */
export function placeholders<T extends Table>(table: T) {
  const names = Object.keys(getTableColumns(table)) as (keyof T["$inferInsert"] & string)[];
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as Record<(typeof names)[number], Placeholder>;
}

/** For `commit`: a statement that was prepared once, with the values of its placeholders. */
export function withValues(statement: { execute(values: Record<string, unknown>): unknown }, values: Record<string, unknown>): Statement {
  return { prepare: () => ({ execute: () => statement.execute(values) }) };
}

const required = new WeakSet<object>();

/** Marks a statement of a commit that must touch or find a row: if it does not, nothing of the commit happens. */
export function must<S extends Statement>(statement: S): S {
  required.add(statement);
  return statement;
}

class Unmet extends Error {}

/** One `commit` that waits for its turn. */
type Act = {
  build: (tx: Db) => readonly Statement[];
  giveUpAt: number;
  resolve: (results: unknown[] | null) => void;
  reject: (error: unknown) => void;
};

const waiting: Act[] = [];
let isScheduled = false;

/**
 * Runs the statements in order as one durable act and returns the rows of each, or null when one marked by `must` met no
 * row. Acts of the same turn of the event loop share one transaction, and so one wait for the disk; each stands or falls by
 * itself. Waits for other processes' locks without holding up this one's event loop, up to 5 seconds.
 * Throws StorageError, and SQLite's own error for a broken constraint.
 */
export function commit<const S extends readonly Statement[]>(
  build: (tx: Db) => S,
): Promise<{ -readonly [K in keyof S]: Rows<S[K]> } | null> {
  return new Promise((resolve, reject) => {
    waiting.push({ build, giveUpAt: performance.now() + BUSY_PATIENCE_MS, resolve: resolve as Act["resolve"], reject });
    commitSoon();
  });
}

function commitSoon(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(commitWaiting);
}

function commitWaiting(): void {
  isScheduled = false;
  if (waiting.length === 0) return;
  settle(waiting.splice(0, MOST_ACTS_TOGETHER));
  if (waiting.length > 0) commitSoon();
}

/** Answers these acts, once all that they wrote is on the disk. */
function settle(acts: Act[]): void {
  let outcomes: Outcome[];
  try {
    outcomes = transact(acts);
  } catch (error) {
    if (isBusy(error)) return void tryLater(acts, error);
    if (acts.length > 1) return void acts.map((act) => settle([act])); // one that breaks a reference shall fail alone
    outcomes = [{ error }];
  }
  outcomes.forEach(({ results, error }, at) => {
    const act = acts[at] as Act;
    if (results) act.resolve(results);
    else if (error instanceof Unmet) act.resolve(null);
    else act.reject(storageErrorFor(error) ?? error);
  });
}

type Outcome = { results?: unknown[]; error?: unknown };

/** Runs these acts in one transaction, each in a savepoint of its own. Throws what concerns all of them. */
function transact(acts: Act[]): Outcome[] {
  const client = db().$client;
  const within = client.transaction(run);
  const all = client.transaction(() =>
    acts.map(({ build }): Outcome => {
      try {
        return { results: within(build) };
      } catch (error) {
        if (!client.inTransaction || isBusy(error)) throw error; // SQLite itself took everything back
        return { error };
      }
    }),
  );
  return all.immediate();
}

function run(build: Act["build"]): unknown[] {
  return build(db()).map((statement) => {
    const result = (statement.prepare().execute() as { sync(): unknown }).sync();
    if (required.has(statement) && touched(result) === 0) throw new Unmet();
    return result;
  });
}

/** Another process holds the lock: those who have waited too long are refused, the others wait on. */
function tryLater(acts: Act[], error: unknown): void {
  const now = performance.now();
  for (const act of acts) if (now > act.giveUpAt) act.reject(storageErrorFor(error) ?? error);
  waiting.unshift(...acts.filter((act) => now <= act.giveUpAt));
  if (waiting.length === 0 || isScheduled) return;
  isScheduled = true;
  setTimeout(commitWaiting, BUSY_RETRY_MS);
}

function touched(result: unknown): number {
  return Array.isArray(result) ? result.length : (result as Database.RunResult).changes;
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

function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(sqliteError(error)?.code ?? "");
}

function sqliteError(error: unknown): { code: string; message: string } | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === "SqliteError") return cause as Error & { code: string };
  }
  return null;
}
