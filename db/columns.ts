import * as dialect from "drizzle-orm/sqlite-core";

/* The column types of SQLite. Another engine has its own set with the same names. */

const sqlite = {
  table: dialect.sqliteTable,
  /** A primary key that the database assigns. Numbers are never reused. */
  id: () => dialect.integer().primaryKey({ autoIncrement: true }),
  /** A key below 2^53, of this table or another. */
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
