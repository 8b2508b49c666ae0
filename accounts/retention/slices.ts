import { setTimeout as sleep } from "node:timers/promises";
import { housekeeping } from "#accounts/caller.ts";
import { commit } from "#accounts/commit.ts";
import type { Db } from "#db/engine.ts";
import type { Plan, Results } from "#db/statements.ts";

const SLICE_MS = 4; // for so long a slice may hold the event loop and the database's lock for writing
const PAUSE_MS = 12; // for everybody else: another process looks for the lock every 20 ms
const FIRST_ROWS = 20;
const MIN_ROWS = 20;

/**
 * Changes any number of rows without holding up anybody: `slice` is committed again and again, each time with as many rows
 * as take about SLICE_MS by the measure of the one before, until `isLast` says that nothing is left.
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
