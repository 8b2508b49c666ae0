import { readdirSync, readFileSync } from "node:fs";
import { access } from "node:fs/promises";
import { availableParallelism, setPriority } from "node:os";

const NICENESS = 5;

/** The number of Node's worker threads. */
export const CORES = availableParallelism();

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
