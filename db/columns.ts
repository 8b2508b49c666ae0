import * as pg from "drizzle-orm/pg-core";
import * as lite from "drizzle-orm/sqlite-core";
import { engine } from "./chosen-engine.ts";

/* The words that tables are made of, once for each engine. Their types are SQLite's in both. */

const sqlite = {
  table: lite.sqliteTable,
  /** A primary key that the database assigns. Numbers are never reused. */
  id: () => lite.integer().primaryKey({ autoIncrement: true }),
  /** A key below 2^53, of this table or another. */
  key: () => lite.integer(),
  text: lite.text,
  /** Whole milliseconds since 1970 UTC. */
  instant: () => lite.integer(),
  count: () => lite.integer(),
  bytes: () => lite.blob({ mode: "buffer" }),
  primaryKey: lite.primaryKey,
  index: lite.index,
  unique: lite.uniqueIndex,
  check: lite.check,
};

const wholeNumber = () => pg.bigint({ mode: "number" });

const postgres = {
  table: pg.pgTable,
  id: () => wholeNumber().primaryKey().generatedByDefaultAsIdentity(),
  key: wholeNumber,
  text: pg.customType({ dataType: () => 'text COLLATE "C"' }), // sorted and compared by bytes, as in SQLite
  instant: wholeNumber,
  count: wholeNumber,
  bytes: pg.customType({ dataType: () => "bytea" }),
  primaryKey: pg.primaryKey,
  index: pg.index,
  unique: pg.uniqueIndex,
  check: pg.check,
};

const chosen = engine === "postgres" ? (postgres as unknown as typeof sqlite) : sqlite;

export const { table, id, key, text, instant, count, bytes, primaryKey, index, unique, check } = chosen;
