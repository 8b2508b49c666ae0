import { setTimeout as sleep } from "node:timers/promises";
import type { Isolation, Start, Work } from "../engine.ts";
import { StorageError } from "../errors.ts";
import type { Connection, Transaction } from "./connection.ts";
import { isConflict, isFatal } from "./errors.ts";
import { ANNOUNCE } from "./event-order.ts";
import { patiently } from "./patience.ts";
import type { Pool } from "./pool.ts";

const MAX_RETRIES = 5;
const MAX_PAUSE_MS = 15; // doubled for each retry

/** Runs `start` so that the statements it sends belong to the transaction. */
export type Within = <T>(transaction: Transaction, start: () => T) => T;

const BEGIN: Record<Isolation, string> = {
  serializable: `begin isolation level serializable; ${ANNOUNCE}`,
  latest: "begin isolation level read committed; set local synchronous_commit = off;",
};

/**
 * Returns a function that runs statements in a transaction, a serializable one if rules rely on what they read. A transaction that
 * another one interfered with is run again. Retries take turns: those of many requests for the same row would go on failing each
 * other.
 */
export function commitWith(pool: Pool, within: Within): <R>(work: Work<R>, isolation: Isolation) => Promise<R> {
  let turn: Promise<unknown> = Promise.resolve();

  return (work, isolation) =>
    patiently(async (giveUpAt) => {
      const attempt = () => lentOnce(pool, giveUpAt, { work, isolation, within });
      for (let retries = 0; ; retries++) {
        try {
          if (retries === 0) return await attempt();
          await sleep(Math.random() * MAX_PAUSE_MS * 2 ** retries);
          const own = Promise.race([turn, sleep(Math.max(1, giveUpAt - performance.now()), undefined, { ref: false })]).then(attempt);
          turn = own.catch(() => {});
          return await own;
        } catch (error) {
          if (!isConflict(error)) throw error;
          if (retries === MAX_RETRIES || performance.now() >= giveUpAt) throw new StorageError("storage", { cause: error });
        }
      }
    });
}

type Run<R> = { work: Work<R>; isolation: Isolation; within: Within };

/** Runs the transaction once. If it fails while the answer to COMMIT is awaited, nobody knows whether it stands. */
async function lentOnce<R>(pool: Pool, giveUpAt: number, run: Run<R>): Promise<R> {
  const state = { awaitsCommit: false };
  try {
    return await pool.lend(giveUpAt, (connection) => once(connection, run, state));
  } catch (error) {
    if (!(state.awaitsCommit && error instanceof StorageError && isFatal(error))) throw error;
    throw new StorageError("The answer to COMMIT was lost.", { cause: error, isUnconfirmed: true });
  }
}

async function once<R>(connection: Connection, { work, isolation, within }: Run<R>, state: { awaitsCommit: boolean }): Promise<R> {
  const transaction = await connection.reserve();
  try {
    const begun = transaction.begin(BEGIN[isolation]);
    begun.catch(() => {});
    const start: Start = (begin) => within(transaction, begin);
    const read = start(() => work.atOnce(start));
    await begun;
    const results = await read();
    state.awaitsCommit = true;
    const isDone = await transaction.commit();
    state.awaitsCommit = false;
    if (isDone) return results;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
  throw new StorageError("The server has rolled back instead of committing.");
}
