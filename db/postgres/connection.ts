import postgres, { type ReservedSql, type Sql } from "postgres";
import { StorageError } from "../errors.ts";
import { isConnectionFault, isFatal } from "./errors.ts";
import { OneSocket } from "./one-socket.ts";
import { LIMIT_MS } from "./patience.ts";
import type { Target } from "./target.ts";

const STATEMENT_LIMIT_MS = 4_500; // the server ends a slow statement first, so that the connection survives
const LOCK_LIMIT_MS = 4_000;
const ABANDONED_MS = 10_000; // a transaction whose client does nothing

/** Rows as arrays, the names of their columns, and the number of rows returned or changed. */
export type Answer = { rows: unknown[][]; columns: string[]; count: number; command: string };

/**
 * One connection to the server, which is never opened again: whoever finds it closed takes another. The driver's own reconnecting
 * would run the rest of an interrupted transaction outside of it, and can stall (both seen).
 */
export class Connection {
  readonly #sql: Sql;
  readonly #socket: OneSocket;
  readonly #prepare: boolean;
  #opening: Promise<void> | undefined;
  #hasAnswered = false;
  isClosed = false;

  constructor(target: Target) {
    const { options, prepare } = target;
    this.#prepare = prepare;
    this.#socket = new OneSocket(options);
    const socket = { socket: this.#socket.open }; // missing in the driver's types
    this.#sql = postgres({
      ...options,
      ...socket,
      max: 1,
      connect_timeout: LIMIT_MS / 1_000,
      max_lifetime: null,
      fetch_types: false,
      onnotice: () => {},
      onclose: () => void this.close(), // also rejects what waits in the driver
      types: { whole: { to: 20, from: [20], parse: Number, serialize: String } },
      connection: { ...options.connection, ...(prepare && settings()) },
    });
  }

  /** Whether it never opened: the server is gone, or refuses it. */
  get failedToOpen(): boolean {
    return this.isClosed && !this.#hasAnswered;
  }

  /** Runs a statement by itself. */
  async run(text: string, values: unknown[] = []): Promise<Answer> {
    if (!this.#hasAnswered) await this.#open();
    return answer(this.#sql, text, values, this.#prepare).catch((error) => this.fail(error));
  }

  /** Throws the error again. Closes the connection if it is lost: the driver never answers what is sent before it notices. */
  fail(error: unknown): never {
    if (error instanceof StorageError && isFatal(error)) void this.close();
    throw error;
  }

  /** Keeps the connection for a transaction. Its statements are sent at once, and answered in order. */
  async reserve(): Promise<Transaction> {
    if (!this.#hasAnswered) await this.#open();
    const sql = await this.#sql.reserve().catch(asStorageError);
    return new Transaction(this, sql, this.#prepare);
  }

  /** The driver would forget what waits for a connection that can't be opened, so all wait for this one statement. */
  #open(): Promise<void> {
    this.#opening ??= answer(this.#sql, "select 1", [], false).then(
      () => {
        this.#hasAnswered = true;
      },
      async (error) => {
        await this.close();
        throw error;
      },
    );
    return this.#opening;
  }

  /** Ends it at once; statements under way reject. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.#sql.end({ timeout: 0 });
    this.#socket.close();
  }
}

/** Settings of the connection. Poolers refuse these, so without prepared statements each transaction sets its own. */
const settings = () => ({
  enable_seqscan: "off", // reading all of a small table makes every change in it a conflict (forty times as many, measured)
  jit: "off", // a scan that cannot be avoided would count as so costly that the server may compile it
  statement_timeout: STATEMENT_LIMIT_MS,
  lock_timeout: LOCK_LIMIT_MS,
  idle_in_transaction_session_timeout: ABANDONED_MS,
});

export class Transaction {
  readonly #connection: Connection;
  readonly #sql: ReservedSql;
  readonly #prepare: boolean;
  /** Why the server refuses all further statements of the transaction, without repeating it. */
  #failure: unknown;

  constructor(connection: Connection, sql: ReservedSql, prepare: boolean) {
    this.#connection = connection;
    this.#sql = sql;
    this.#prepare = prepare;
  }

  /** Sends `text`, which begins a transaction. */
  begin(text: string): Promise<Answer> {
    const local = this.#prepare
      ? ""
      : Object.entries(settings())
          .map(([name, value]) => `set local ${name} = ${value};`)
          .join(" ");
    return this.run(`${text} ${local}`);
  }

  async run(text: string, values: unknown[] = []): Promise<Answer> {
    if (this.#connection.isClosed) throw new StorageError("The connection closed during the transaction.");
    return answer(this.#sql, text, values, this.#prepare).catch((error) => {
      this.#failure ??= error;
      return this.#connection.fail(this.#failure);
    });
  }

  /** Returns when everything is on the disk, with false if the server has rolled back instead. */
  async commit(): Promise<boolean> {
    const { command } = await this.run("commit");
    this.#sql.release();
    return command === "COMMIT";
  }

  async rollback(): Promise<void> {
    if (this.#connection.isClosed) return;
    await this.run("rollback");
    this.#sql.release();
  }
}

/** The driver sends a statement when its promise is first asked for, so this asks at once. */
function answer(sql: Sql | ReservedSql, text: string, values: unknown[], prepare: boolean): Promise<Answer> {
  const query = sql.unsafe(text, values.map(asGiven) as never[], { prepare }).values();
  return query.then((result) => {
    const { count, command, columns } = result;
    return { rows: result as unknown as unknown[][], columns: columns?.map(({ name }) => name) ?? [], count, command };
  }, asStorageError);
}

/** A number that no column can hold equals none, as in SQLite. */
const asGiven = (value: unknown) => (typeof value === "number" && !Number.isSafeInteger(value) ? null : value);

/** Throws a fault of the connection or the server as a StorageError, and other errors again. */
function asStorageError(error: unknown): never {
  throw isConnectionFault(error) ? new StorageError("storage", { cause: error }) : error;
}
