import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Options, type PostgresType, type Sql } from "postgres";
import { StorageError } from "../errors.ts";
import { postgresFaultSentence } from "./faults.ts";
import { OneSocket } from "./one-socket.ts";
import { LIMIT_MS } from "./patience.ts";
import type { Target } from "./target.ts";

/**
 * A connection for work of its own, without time limits for statements. Throws StorageError, with a sentence, if there is none
 * within LIMIT_MS. The driver's own limit begins when the connection is open.
 */
export async function connectAlone({ options }: Target, more: Options<Record<string, PostgresType>> = {}): Promise<Sql> {
  const own = new OneSocket(options);
  const socket = { socket: own.open }; // missing in the driver's types
  const connection = { ...options.connection, ...more.connection };
  const sql = postgres({
    ...options,
    ...socket,
    max: 1,
    connect_timeout: LIMIT_MS / 1_000,
    max_lifetime: null,
    onnotice: () => {},
    ...more,
    connection,
  });
  const given = new AbortController();
  const late = sleep(LIMIT_MS + 500, undefined, given).then(() =>
    Promise.reject(Object.assign(new Error("late"), { code: "CONNECT_TIMEOUT" })),
  );
  try {
    await Promise.race([sql`select`, late]);
    return sql as Sql;
  } catch (error) {
    await sql.end({ timeout: 0 });
    own.close();
    const sentence = postgresFaultSentence(error);
    throw sentence ? new StorageError(sentence) : error;
  } finally {
    given.abort();
    late.catch(() => {});
  }
}
