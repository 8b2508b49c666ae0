import type Database from "better-sqlite3";
import { getTableColumns, type Placeholder, sql, type Table } from "drizzle-orm";
import type { TypedQueryBuilder } from "drizzle-orm/query-builders/query-builder";
import { type Db, db, isBusy, prepared, storageErrorFor } from "./client.ts";
import { lostError, noteWrite } from "./condition.ts";

const BUSY_RETRY_MS = 20;
const BUSY_PATIENCE_MS = 5_000;
const MAX_ACTS_TOGETHER = 32;

/** A statement of Drizzle's that was built and not yet awaited. */
export type Built<R = unknown> = { prepare(): { execute(values?: Values): unknown } } & PromiseLike<R>;
type Values = Record<string, unknown>;
/** The rows that a statement returns; of one that returns none, what it changed. */
type Rows<S> = S extends Step<infer R> ? R : S extends PromiseLike<infer R> ? R : unknown;

/** A statement of ours: what `statement`, `must` and their like make for `transact`. */
export class Step<R> {
  readonly #run: () => R;

  constructor(run: () => R) {
    this.#run = run;
  }

  /** Runs a statement, or several in their order. Only within a transaction. */
  static run<P extends Part>(part: P): Result<P> {
    const run = (part: Part): unknown => {
      if (part instanceof Step) return part.#run();
      if (isSeveral(part)) return part.map(run);
      return part ? sync(part.prepare().execute()) : undefined;
    };
    return run(part) as Result<P>;
  }
}

/** A statement that reads, and may do so outside a transaction too. */
export class Query<Row> extends Step<Row[]> {
  all(): Row[] {
    return Step.run<Step<Row[]>>(this);
  }

  first(): Row | undefined {
    return this.all()[0];
  }
}

/** What an act may consist of; nothing happens for null, undefined and false. */
export type Part = Step<unknown> | Built | readonly Part[] | null | undefined | false;
/** An act: its statements by name, in the order in which they are run. */
export type Plan = Record<string, Part>;
export type Results<P> = { -readonly [K in keyof P]: Result<P[K]> };
type Result<S> = S extends null | undefined | false ? undefined : S extends readonly (infer One)[] ? Result<One>[] : Rows<S>;

/**
 * A statement that is compiled once per open database, since that costs more than running it: `build` puts
 * `sql.placeholder(name)` where a value belongs, and the function that comes back takes the values.
 */
export function statement<S extends Built>(build: (db: Db) => S) {
  const compiled = prepared((db) => build(db).prepare());
  type Made = S extends TypedQueryBuilder<unknown, (infer Row)[]> ? Query<Row> : Step<Rows<S>>;
  return (values: Values = {}) => new Query(() => sync(compiled().execute(values)) as unknown[]) as unknown as Made;
}

/** A placeholder for each column of a table, by its name. */
export function placeholders<T extends Table>(table: T) {
  const names = Object.keys(getTableColumns(table)) as (keyof T["$inferInsert"] & string)[];
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as Record<(typeof names)[number], Placeholder>;
}

/**
 * A statement of an act that has to change or find a row; its result is the first. If there is none, nothing of the act
 * happens, and it rejects with `refusal`.
 */
export function must<S extends Part>(statement: S, refusal: () => Error = unmet): Step<First<S>> {
  return new Step(() => {
    const rows: unknown = Step.run(statement);
    if (touched(rows) === 0) throw refusal();
    return (Array.isArray(rows) ? rows[0] : rows) as First<S>;
  });
}

type First<S> = Rows<S> extends (infer Row)[] ? Row : Rows<S>;

const unmet = () => new Error("A statement that must meet a row met none.");

/** One `transact` that waits for its turn. */
type Act = {
  build: (tx: Db) => Plan;
  giveUpAt: number;
  resolve: (results: unknown) => void;
  reject: (error: unknown) => void;
};

const waiting: Act[] = [];
let isScheduled = false;

/**
 * Runs the statements of a plan in order as one durable act and returns what each of them returned, by name. Acts of the same turn of the event loop share one transaction, and so one wait for
 * the disk; each succeeds or fails by itself. Waits for other processes' locks without holding up this one's event loop,
 * up to 5 seconds; `build` may then be called again.
 * Throws StorageError, SQLite's own error for a broken constraint, and the refusal of a `must`.
 */
export function transact<const P extends Plan>(build: (tx: Db) => P): Promise<Results<P>> {
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
  settle(waiting.splice(0, MAX_ACTS_TOGETHER));
  if (waiting.length > 0) commitSoon();
}

/** Answers these acts, once all that they wrote is on the disk. */
function settle(acts: Act[]): void {
  let ends: End[];
  try {
    ends = runTogether(acts);
    noteWrite();
  } catch (error) {
    if (isBusy(error)) return void tryLater(acts, error);
    if (acts.length > 1) return void acts.map((act) => settle([act])); // one that breaks a reference shall fail alone
    ends = [{ error }];
  }
  const lost = lostError();
  ends.forEach(({ results, error = lost }, at) => {
    const act = acts[at] as Act;
    if (results && !lost) act.resolve(results);
    else refuse(act, error);
  });
}

function refuse(act: Act, error: unknown): void {
  noteWrite(error);
  act.reject(storageErrorFor(error) ?? error);
}

type End = { results?: unknown; error?: unknown };

/** Runs these acts in one transaction, each in a savepoint of its own. Throws what concerns all of them. */
function runTogether(acts: Act[]): End[] {
  const client = db().$client;
  const within = client.transaction(run);
  const all = client.transaction(() =>
    acts.map(({ build }): End => {
      try {
        return { results: within(build) };
      } catch (error) {
        if (!client.inTransaction || isBusy(error)) throw error; // SQLite itself has rolled everything back
        return { error };
      }
    }),
  );
  return all.immediate();
}

function run(build: Act["build"]): Record<string, unknown> {
  const results: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(build(db()))) results[name] = Step.run(part);
  return results;
}

/** Another process holds the lock: those who have waited too long are refused, the others wait on. */
function tryLater(acts: Act[], error: unknown): void {
  const now = performance.now();
  for (const act of acts) if (now > act.giveUpAt) refuse(act, error);
  waiting.unshift(...acts.filter((act) => now <= act.giveUpAt));
  if (waiting.length === 0 || isScheduled) return;
  isScheduled = true;
  setTimeout(commitWaiting, BUSY_RETRY_MS);
}

const isSeveral = (part: Part): part is readonly Part[] => Array.isArray(part);

const sync = (result: unknown): unknown => (result as { sync(): unknown }).sync();

function touched(result: unknown): number {
  return Array.isArray(result) ? result.length : (result as Database.RunResult).changes;
}
