import { setTimeout as sleep } from "node:timers/promises";
import { housekeeping } from "#accounts/caller.ts";
import { commit } from "#accounts/commit.ts";
import type { Db } from "#db/engine.ts";
import type { Plan, Results } from "#db/statements.ts";

const SLICE_MS = 4; // how long a slice may occupy the event loop and hold the database's write lock
const PAUSE_MS = 12; // between slices: another process retries the lock every 20 ms
const FIRST_ROWS = 20;
const MIN_ROWS = 20;

/**
 * Changes any number of rows without delaying requests. Commits `slice` repeatedly, each time with as many rows as take about
 * SLICE_MS, judged by the slice before, until `isLast` returns true.
 */
export async function inSlices<const P extends Plan>(
  slice: (tx: Db, rows: number) => P,
  isLast: (results: Results<P>, rows: number) => boolean,
): Promise<void> {
  for (let rows = FIRST_ROWS; ; await sleep(PAUSE_MS)) {
    let startedAt = 0;
    const results = await commit(housekeeping, (tx) => {
      startedAt = performance.now();
      return slice(tx, rows);
    });
    if (isLast(results, rows)) return;
    const rowsPerMs = rows / (performance.now() - startedAt);
    rows = Math.max(MIN_ROWS, Math.min(2 * rows, Math.floor(rowsPerMs * SLICE_MS)));
  }
}
