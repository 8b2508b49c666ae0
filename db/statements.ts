import type Database from "better-sqlite3";
import { getTableColumns, type Placeholder, sql, type Table } from "drizzle-orm";
import type { TypedQueryBuilder } from "drizzle-orm/query-builders/query-builder";
import { type Db, db, oncePerDatabase } from "./engine.ts";
import { commitTogether } from "./sqlite/group-commit.ts";

/** A Drizzle statement that was built and not run yet. */
export type Built<R = unknown> = { prepare(): { execute(values?: Values): unknown } } & PromiseLike<R>;
type Values = Record<string, unknown>;
/** The rows that a statement returns, or the number of changed rows if it returns none. */
type Rows<S> = S extends Step<infer R> ? R : S extends PromiseLike<infer R> ? (R extends unknown[] ? R : number) : unknown;

/** A statement for `transact`, made by `statement`, `must`, `checked` and the like. */
export class Step<R> {
  readonly #run: () => R;

  constructor(run: () => R) {
    this.#run = run;
  }

  /** Runs one or several statements, in order. Only within a transaction. */
  static run<P extends Part>(part: P): Result<P> {
    const run = (part: Part): unknown => {
      if (part instanceof Step) return part.#run();
      if (isSeveral(part)) return part.map(run);
      return part ? outcome(part.prepare().execute()) : undefined;
    };
    return run(part) as Result<P>;
  }
}

/** A statement that reads, also outside a transaction. */
export class Query<Row> extends Step<Row[]> {
  async all(): Promise<Row[]> {
    return Step.run<Step<Row[]>>(this);
  }

  async first(): Promise<Row | undefined> {
    return Step.run<Step<Row[]>>(this)[0];
  }
}

/** A part of a transaction: a statement or several; null, undefined and false are skipped. */
export type Part = Step<unknown> | Built | readonly Part[] | null | undefined | false;
/** The statements of a transaction by name, in the order in which they run. */
export type Plan = Record<string, Part>;
export type Results<P> = { -readonly [K in keyof P]: Result<P[K]> };
type Result<S> = S extends null | undefined | false ? undefined : S extends readonly (infer One)[] ? Result<One>[] : Rows<S>;

/**
 * A statement that is compiled once per open database, because compiling costs more than running it. `build` writes
 * `sql.placeholder(name)` for each value; the returned function takes the values.
 */
export function statement<S extends Built>(build: (db: Db) => S) {
  const compiled = oncePerDatabase(() => build(db()).prepare());
  type Made = S extends TypedQueryBuilder<unknown, (infer Row)[]> ? Query<Row> : Step<Rows<S>>;
  return (values: Values = {}) => new Query(() => outcome(compiled().execute(values)) as unknown[]) as unknown as Made;
}

/** A placeholder for each column of a table, by name. */
export function placeholders<T extends Table>(table: T) {
  const names = Object.keys(getTableColumns(table)) as (keyof T["$inferInsert"] & string)[];
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as Record<(typeof names)[number], Placeholder>;
}

/**
 * A statement that has to change or find a row; its result is the first one. Without a row, the transaction is rolled back and
 * rejects with `refusal`.
 */
export function must<S extends Part>(statement: S, refusal: () => Error = unmet): Step<First<S>> {
  return new Step(() => {
    const outcome: unknown = Step.run(statement);
    const first = Array.isArray(outcome) ? outcome[0] : outcome;
    if (!first) throw refusal();
    return first as First<S>;
  });
}

/** A statement whose result `check` examines. If `check` throws, the transaction is rolled back and rejects with that error. */
export function checked<S extends Part>(statement: S, check: (outcome: Result<S>) => void): Step<Result<S>> {
  return new Step(() => {
    const outcome = Step.run(statement);
    check(outcome);
    return outcome;
  });
}

type First<S> = Rows<S> extends (infer Row)[] ? Row : Rows<S>;

const unmet = () => new Error("A statement that must meet a row met none.");

/**
 * Runs the statements of a plan in order, all or nothing, and returns their results by name once they are on the disk. `build`
 * may be called again if another process holds the database.
 * Throws StorageError, the driver's own error for a broken constraint, and the refusal of a `must`.
 */
export function transact<const P extends Plan>(build: (tx: Db) => P): Promise<Results<P>> {
  return commitTogether(() => run(build(db())) as Results<P>);
}

function run(plan: Plan): Record<string, unknown> {
  return Object.fromEntries(Object.entries(plan).map(([name, part]) => [name, Step.run(part)]));
}

const isSeveral = (part: Part): part is readonly Part[] => Array.isArray(part);

/** The rows, or the number of changed rows. */
function outcome(execution: unknown): unknown {
  const result = (execution as { sync(): unknown[] | Database.RunResult }).sync();
  return Array.isArray(result) ? result : result.changes;
}
