import { drizzle } from "drizzle-orm/pg-proxy";
import type { Db, Engine } from "../engine.ts";
import { StorageError } from "../errors.ts";
import { commitWith, type Within } from "./commit.ts";
import type { Transaction } from "./connection.ts";
import { lastEvent, settledEvents } from "./event-order.ts";
import { factsOf } from "./facts.ts";
import { withinRequest } from "./patience.ts";
import { keepErrorsPlain } from "./plain-errors.ts";
import { Pool } from "./pool.ts";
import type { Target } from "./target.ts";

/**
 * Reads the table that every start needs, and writes a commit record, which fails where nothing can be written; and tells
 * whether the server is set to read only, which commit records don't notice.
 */
const TRY_STORAGE = "select current_setting('transaction_read_only'), pg_current_xact_id(), exists (select from users)";

export function postgresEngine(target: Target): Engine {
  keepErrorsPlain();
  const pool = new Pool(target);
  let transaction: Transaction | undefined; // only while `within` starts statements

  const within: Within = (its, start) => {
    transaction = its;
    try {
      return start();
    } finally {
      transaction = undefined;
    }
  };
  // Drizzle calls this before it waits for anything, so that the statement belongs to the transaction that is starting it.
  const db = drizzle(
    async (text, values, method) => {
      const { rows, columns, count } = await (transaction?.run(text, values) ?? pool.read((connection) => connection.run(text, values)));
      if (method !== "execute") return { rows };
      const named = rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
      return { rows: named.length > 0 ? named : (count as never) };
    },
    { casing: "snake_case" },
  );
  return {
    db: db as unknown as Db,
    outcome: (execution) => execution,
    transact: commitWith(pool, within),
    readRow: (text) => (key) => pool.read(async (connection) => (await connection.run(text, [key])).rows[0]),
    settledEvents: () => settledEvents(pool),
    lastEvent: () => lastEvent(pool),
    isShared: () => true,
    withinRequest,
    async requireStorage() {
      const { rows } = await pool.read((connection) => connection.run(TRY_STORAGE));
      if (rows[0]?.[0] !== "off") throw new StorageError("The database is read-only.");
    },
    facts: () => factsOf(pool),
    close: () => pool.close(),
  };
}
