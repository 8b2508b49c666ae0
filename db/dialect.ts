import { type Column, getTableColumns, getTableName, type Placeholder, type SQL, sql, type Table } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { engine as chosen } from "./chosen-engine.ts";
import type { Db } from "./engine.ts";
import { PURGING } from "./postgres/advisory-locks.ts";
import { must, type Part } from "./statements.ts";

/* SQL that differs between engines. Statements of the domain use these functions, and otherwise only SQL that every engine has. */

type Value = SQL | Placeholder | Column | number;
type Given = Value | string | Buffer | null;

const sqlite = {
  least: (...values: Value[]) => sql`min(${listed(values)})`,
  greatest: (...values: Value[]) => sql`max(${listed(values)})`,
  doubled: (amount: number, times: SQL) => sql`(${amount} << ${times})`,
  asKey: (key: Placeholder) => sql`cast(${key} as integer)`,
  afterFirst: (count: number) => sql.raw(`limit -1 offset ${count}`),
  someOf: (table: Table, condition: SQL, count: number) => sql`rowid in (select rowid from ${table} where ${condition} limit ${count})`,
  nextId: (_table: Table): SQL => sql`null`,
  typed: (value: Given, _column: Column): SQL => sql`${value}`,
  soleTurn: (_tx: Db): Part => null,
  sliceMs: 4, // a slice holds the event loop, and the lock for writing
};

const postgres: typeof sqlite = {
  least: (...values) => sql`least(${listed(values)})`,
  greatest: (...values) => sql`greatest(${listed(values)})`,
  doubled: (amount, times) => sql`(cast(${amount} as bigint) << cast(${times} as integer))`,
  asKey: (key) => sql`cast(${key} as bigint)`,
  afterFirst: (count) => sql.raw(`offset ${count}`),
  someOf: (table, condition, count) => sql`ctid = any(array(select ctid from ${table} where ${condition} limit ${count}))`,
  nextId: (table) => sql.raw(`nextval('${getTableName(table)}_id_seq')`),
  typed: (value, column) => sql`cast(${value} as ${sql.raw(column.getSQLType().replace(/ collate .*/i, ""))})`,
  soleTurn: (tx) => must(tx.select({ own: sql`1` }).from(sql`(select 1) as one`).where(ownTurn), () => new ElsewhereError()),
  sliceMs: 50,
};

const ownTurn = sql.raw(`pg_try_advisory_xact_lock(${PURGING.join(", ")})`);
const words = chosen === "postgres" ? postgres : sqlite;

/** The smallest of these values. */
export const least = words.least;

/** The largest of these values. */
export const greatest = words.greatest;

/** `amount` doubled `times` times; `times` must not be negative. */
export const doubled = words.doubled;

/** A bound key in a join or subselect. Without the cast, SQLite plans by the value and compiles the statement anew for each. */
export const asKey = words.asKey;

/** The end of a select that skips the first `count` rows. */
export const afterFirst = words.afterFirst;

/** The condition for at most `count` rows that meet `condition`. */
export const someOf = words.someOf;

/** How long a slice of a long piece of work may take. */
export const SLICE_MS = words.sliceMs;

/** Another process is purging at this moment. */
export class ElsewhereError extends Error {}

/** The statement that rolls back a commit with ElsewhereError if another process has one with the same statement under way. */
export const soleTurn = words.soleTurn;

/** A statement that inserts a row for each row of `from`; values may use its columns. Without an id, the database assigns one. */
export function insertFrom<T extends SQLiteTable>(
  tx: Db,
  table: T,
  values: Record<Exclude<keyof T["$inferInsert"], "id">, Given> & { id?: Given },
  from: SQL,
) {
  const given: Record<string, Given> = values;
  const columns = Object.entries(getTableColumns(table)).map(([name, column]) =>
    name === "id" && given.id === undefined ? words.nextId(table) : words.typed(given[name] ?? null, column),
  );
  return tx.insert(table).select(sql`select ${listed(columns)} ${from}`);
}

const listed = (values: unknown[]): SQL =>
  sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  );
