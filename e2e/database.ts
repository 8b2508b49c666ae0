import { readFileSync } from "node:fs";
import Database from "better-sqlite3";
import postgres from "postgres";
import { TABLE_NAMES } from "#db/migrations.ts";

/* What a server under test has stored, read behind its back. */

export type Row = Record<string, unknown>;

export type Stored = {
  /** The rows of a query with “?” for each value. */
  rows(query: string, ...values: unknown[]): Promise<Row[]>;
  /** Everything that is stored, to look for secrets in it. */
  bytes(): Promise<Buffer>;
  close(): Promise<void>;
};

/** The database in a SQLite file, or of PostgreSQL at an address. */
export const stored = (place: string): Stored => (place.startsWith("postgres") ? ofPostgres(place) : ofSqlite(place));

function ofSqlite(file: string): Stored {
  const database = new Database(file, { readonly: true });
  return {
    rows: async (query, ...values) => database.prepare(query).all(...values) as Row[],
    bytes: async () => Buffer.concat(["", "-wal", "-shm"].map((ending) => readFileSync(file + ending))),
    close: async () => void database.close(),
  };
}

function ofPostgres(url: string): Stored {
  const types = { whole: { to: 20, from: [20], parse: Number, serialize: String } };
  const sql = postgres(url, { max: 1, types, fetch_types: false });
  return {
    async rows(query, ...values) {
      let n = 0;
      return sql.unsafe<Row[]>(
        query.replace(/\?/g, () => `$${++n}`),
        values.map((value) => (typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value)) as never[], // no text has a NUL
      );
    },
    async bytes() {
      const tables = await Promise.all(TABLE_NAMES.map((name) => sql`select * from ${sql(name)}`));
      const values = tables.flat().flatMap((row) => Object.values(row));
      return Buffer.concat(values.map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(`${value}\n`))));
    },
    close: () => sql.end(),
  };
}
