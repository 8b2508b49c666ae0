import { type Column, getTableColumns, type Placeholder, type SQL, sql, type Table } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Db } from "./engine.ts";

/* What engines write differently. The domain's statements are made of these words, and of what every engine understands. */

type Value = SQL | Placeholder | Column | number;
type Given = Value | string | Buffer | null;

/** The smallest of these values. */
export const least = (...values: Value[]): SQL => sql`min(${listed(values)})`;

/** The largest of these values. */
export const greatest = (...values: Value[]): SQL => sql`max(${listed(values)})`;

/** `amount`, doubled this many times, which is not negative. */
export const doubled = (amount: number, times: SQL): SQL => sql`(${amount} << ${times})`;

/** A bound key in a join or a subselect. SQLite looks at a bare one for its plan, and so compiles the statement anew for each. */
export const asKey = (key: Placeholder): SQL => sql`cast(${key} as integer)`;

/** At the end of a select: all rows but the first `count`. */
export const afterFirst = (count: number): SQL => sql.raw(`limit -1 offset ${count}`);

/** The condition for at most `count` of the table's rows that meet `condition`. */
export const someOf = (table: Table, condition: SQL, count: number): SQL =>
  sql`rowid in (select rowid from ${table} where ${condition} limit ${count})`;

/** A statement that inserts one row for each row of `from`, whose columns the values may be. Without an id the database gives one. */
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
