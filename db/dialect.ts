import { type Column, getTableColumns, type Placeholder, type SQL, sql, type Table } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Db } from "./engine.ts";

/* SQL that differs between engines. Statements of the domain use these functions, and otherwise only SQL that every engine has. */

type Value = SQL | Placeholder | Column | number;
type Given = Value | string | Buffer | null;

/** The smallest of these values. */
export const least = (...values: Value[]): SQL => sql`min(${listed(values)})`;

/** The largest of these values. */
export const greatest = (...values: Value[]): SQL => sql`max(${listed(values)})`;

/** `amount` doubled `times` times; `times` must not be negative. */
export const doubled = (amount: number, times: SQL): SQL => sql`(${amount} << ${times})`;

/** A bound key in a join or subselect. Without the cast, SQLite plans by the value and compiles the statement anew for each. */
export const asKey = (key: Placeholder): SQL => sql`cast(${key} as integer)`;

/** The end of a select that skips the first `count` rows. */
export const afterFirst = (count: number): SQL => sql.raw(`limit -1 offset ${count}`);

/** The condition for at most `count` rows that meet `condition`. */
export const someOf = (table: Table, condition: SQL, count: number): SQL =>
  sql`rowid in (select rowid from ${table} where ${condition} limit ${count})`;

/** A statement that inserts a row for each row of `from`; values may use its columns. Without an id, the database assigns one. */
export function insertFrom<T extends SQLiteTable>(
  tx: Db,
  table: T,
  values: Record<Exclude<keyof T["$inferInsert"], "id">, Given> & { id?: Given },
  from: SQL,
) {
  const given: Record<string, Given> = { id: null, ...values };
  const columns = Object.keys(getTableColumns(table)).map((name) => given[name]);
  return tx.insert(table).select(sql`select ${listed(columns)} ${from}`);
}

const listed = (values: unknown[]): SQL =>
  sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  );
