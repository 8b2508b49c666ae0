import { readdirSync, readFileSync } from "node:fs";
import { access } from "node:fs/promises";
import { availableParallelism, setPriority } from "node:os";

const NICENESS = 5;

/** The number of Node's worker threads. */
export const CORES = availableParallelism();

/**
 * How many threads of each process may hash at the same time. Several processes share the cores, but each may use one more than
 * its part: while it waits for the disk or has nothing to hash, another one uses its core (measured: half as many log-ins again).
 */
export const hashingThreads = (processes: number): number => (processes === 1 ? CORES : Math.min(CORES, Math.ceil(CORES / processes) + 1));

/**
 * Lowers the priority of Node's worker threads, which hash passwords, so that the event loop doesn't wait for a core: token
 * checks among log-ins become much faster, and log-ins too (measured). Only Linux has priorities for threads.
 */
export async function lowerWorkerPriority(): Promise<void> {
  await access("."); // starts the threads
  try {
    for (const thread of readdirSync("/proc/self/task")) {
      if (readFileSync(`/proc/self/task/${thread}/comm`, "latin1").startsWith("libuv-worker")) setPriority(Number(thread), NICENESS);
    }
  } catch {
    // Not Linux, or not allowed.
  }
}
