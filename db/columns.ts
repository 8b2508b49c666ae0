import * as dialect from "drizzle-orm/sqlite-core";

/* The words that a table is made of, in SQLite's meaning. Another engine brings a set of its own for the same words. */

const sqlite = {
  table: dialect.sqliteTable,
  /** The primary key of rows that the database numbers. A number is never given twice. */
  id: () => dialect.integer().primaryKey({ autoIncrement: true }),
  /** A whole number below 2^53 that names a row: of this table or of another. */
  key: () => dialect.integer(),
  text: dialect.text,
  /** Whole milliseconds since 1970 UTC. */
  instant: () => dialect.integer(),
  count: () => dialect.integer(),
  bytes: () => dialect.blob({ mode: "buffer" }),
  primaryKey: dialect.primaryKey,
  index: dialect.index,
  unique: dialect.uniqueIndex,
  check: dialect.check,
};

export const { table, id, key, text, instant, count, bytes, primaryKey, index, unique, check } = sqlite;
