import { getTableColumns, type Placeholder, sql, type Table } from "drizzle-orm";
import type { TypedQueryBuilder } from "drizzle-orm/query-builders/query-builder";
import { type Db, db, engine, type Isolation, oncePerDatabase, type Start, type Work } from "./engine.ts";

/** A Drizzle statement that was built and not run yet. */
export type Built<R = unknown> = { prepare(): { execute(values?: Values): unknown } } & PromiseLike<R>;
type Values = Record<string, unknown>;
/** The rows that a statement returns, or the number of changed rows if it returns none. */
type Rows<S> = S extends Step<infer R> ? R : S extends PromiseLike<infer R> ? (R extends unknown[] ? R : number) : unknown;

/** A statement for `transact`, made by `statement`, `must`, `mapped` and the like. */
export abstract class Step<R> {
  declare readonly result: R; // only a type
}

/** A compiled statement with its values. One that reads can also run outside a transaction. */
export class Query<Row> extends Step<Row[]> {
  readonly execute: () => unknown;

  constructor(execute: () => unknown) {
    super();
    this.execute = execute;
  }

  async all(): Promise<Row[]> {
    return engine().outcome(this.execute()) as Row[] | Promise<Row[]>;
  }

  async first(): Promise<Row | undefined> {
    return (await this.all())[0];
  }
}

/** Statements whose results become another result. */
class Mapped<R> extends Step<R> {
  readonly part: Part;
  readonly map: (result: never) => R;

  constructor(part: Part, map: (result: never) => R) {
    super();
    this.part = part;
    this.map = map;
  }
}

/** Statements that are left out if those before them throw an error of a kind. */
class Conditional<R> extends Step<R | undefined> {
  readonly check: Part;
  readonly isRefusal: (error: unknown) => boolean;
  readonly part: Part;

  constructor(check: Part, isRefusal: (error: unknown) => boolean, part: Part) {
    super();
    this.check = check;
    this.isRefusal = isRefusal;
    this.part = part;
  }
}

/** A part of a transaction: a statement or several; null, undefined and false are skipped. */
export type Part = Step<unknown> | Built | readonly Part[] | null | undefined | false;
/** The statements of a transaction by name, in the order in which they run. */
export type Plan = Record<string, Part>;
export type Results<P> = { -readonly [K in keyof P]: Result<P[K]> };
/** What a part of a transaction returns. */
export type Result<S> = S extends null | undefined | false ? undefined : S extends readonly (infer One)[] ? Result<One>[] : Rows<S>;

/**
 * A statement that is compiled once per open database, because compiling costs more than running it. `build` writes
 * `sql.placeholder(name)` for each value; the returned function takes the values.
 */
export function statement<S extends Built>(build: (db: Db) => S) {
  const compiled = oncePerDatabase(() => build(db()).prepare());
  type Made = S extends TypedQueryBuilder<unknown, (infer Row)[]> ? Query<Row> : Step<Rows<S>>;
  return (values: Values = {}) => new Query(() => compiled().execute(values)) as unknown as Made;
}

/** A placeholder for each column of a table, by name. */
export function placeholders<T extends Table>(table: T) {
  const names = Object.keys(getTableColumns(table)) as (keyof T["$inferInsert"] & string)[];
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as Record<(typeof names)[number], Placeholder>;
}

/** A statement, or several, with the result that `map` makes of theirs. If `map` throws, the transaction is rolled back and rejects with that error. */
export function mapped<const S extends Part, R>(part: S, map: (result: Result<S>) => R): Step<R> {
  return new Mapped(part, map);
}

/**
 * A statement that has to change or find a row; its result is the first one. Without a row, the transaction is rolled back and
 * rejects with `refusal`.
 */
export function must<S extends Part>(statement: S, refusal: () => Error = unmet): Step<First<S>> {
  return mapped(statement, (result: unknown) => {
    const first = Array.isArray(result) ? result[0] : result;
    if (!first) throw refusal();
    return first as First<S>;
  });
}

/**
 * A part that is left out, and the transaction goes on, if the results of `check` are refused with an error for which `isRefusal`
 * holds. It may run later than the parts behind it.
 */
export function unless<P extends Part>(check: Part, isRefusal: (error: unknown) => boolean, part: P): Step<Result<P> | undefined> {
  return new Conditional<Result<P>>(check, isRefusal, part);
}

type First<S> = Rows<S> extends (infer Row)[] ? Row : Rows<S>;

const unmet = () => new Error("A statement that must meet a row met none.");

/**
 * Runs the statements of a plan in order, all or nothing, and returns their results by name once they are on the disk. `build`
 * may be called again, if another process holds the database or has changed what was read.
 * Throws StorageError, the driver's own error for a violated constraint, and the refusal of a `must`.
 */
export function transact<const P extends Plan>(build: (tx: Db) => P, isolation: Isolation = "serializable"): Promise<Results<P>> {
  const work: Work<Results<P>> = {
    inOrder() {
      const parts = Object.entries(build(db()));
      return Object.fromEntries(parts.map(([name, part]) => [name, runInOrder(part)])) as Results<P>;
    },
    atOnce(start) {
      const begun = Object.entries(build(db())).map(([name, part]) => ({ name, read: begin(part, start) }));
      return async () => {
        const results: Record<string, unknown> = {};
        for (const { name, read } of begun) results[name] = await read();
        return results as Results<P>;
      };
    },
  };
  return engine().transact(work, isolation);
}

/** Runs one or several statements, each when the one before has ended. */
function runInOrder(part: Part): unknown {
  if (part instanceof Mapped) return part.map(runInOrder(part.part) as never);
  if (part instanceof Conditional) return isRefused(part) ? undefined : runInOrder(part.part);
  if (isSeveral(part)) return part.map(runInOrder);
  return part ? engine().outcome(execute(part)) : undefined;
}

function isRefused({ check, isRefusal }: Conditional<unknown>): boolean {
  try {
    runInOrder(check);
    return false;
  } catch (error) {
    if (isRefusal(error)) return true;
    throw error;
  }
}

/** Starts one or several statements. Returns a function that reads the results in order; `start` is for what it has to start later. */
function begin(part: Part, start: Start): () => Promise<unknown> {
  if (part instanceof Mapped) {
    const read = begin(part.part, start);
    return async () => part.map((await read()) as never);
  }
  if (part instanceof Conditional) {
    const readCheck = begin(part.check, start);
    return async () => {
      const isRefused = await readCheck().then(
        () => false,
        (error) => part.isRefusal(error) || Promise.reject(error),
      );
      return isRefused ? undefined : start(() => begin(part.part, start))();
    };
  }
  if (isSeveral(part)) {
    const begun = part.map((one) => begin(one, start));
    return async () => {
      const results: unknown[] = [];
      for (const read of begun) results.push(await read());
      return results;
    };
  }
  const running = part ? Promise.resolve(engine().outcome(execute(part))) : undefined;
  running?.catch(() => {}); // an earlier error is thrown instead
  return async () => running;
}

const execute = (part: Built | Step<unknown>): unknown => (part instanceof Query ? part.execute() : (part as Built).prepare().execute());

const isSeveral = (part: Part): part is readonly Part[] => Array.isArray(part);
