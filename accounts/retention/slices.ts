import { setTimeout as sleep } from "node:timers/promises";
import { type Caller, housekeeping } from "#accounts/caller.ts";
import { commit } from "#accounts/commit.ts";
import { SLICE_MS, soleTurn } from "#db/dialect.ts";
import type { Db } from "#db/engine.ts";
import type { Plan, Results } from "#db/statements.ts";

const PAUSE_MS = 12; // between slices: another process retries the lock every few milliseconds, at most 20
const FIRST_ROWS = 20;
const MIN_ROWS = 20;

/**
 * Changes any number of rows without delaying requests. Commits `slice` repeatedly, each time with as many rows as take about
 * SLICE_MS, judged by the slice before, until `isLast` returns true. Without `caller` it is housekeeping, which one process does
 * at a time: throws ElsewhereError if another one does.
 */
export async function inSlices<const P extends Plan>(
  slice: (tx: Db, rows: number) => P,
  isLast: (results: Results<P>, rows: number) => boolean,
  caller?: Caller,
): Promise<void> {
  for (let rows = FIRST_ROWS; ; await sleep(PAUSE_MS)) {
    let startedAt = 0;
    const results = await commit(caller ?? housekeeping, (tx) => {
      startedAt = performance.now();
      return { turn: caller ? null : soleTurn(tx), ...slice(tx, rows) };
    });
    if (isLast(results, rows)) return;
    const rowsPerMs = rows / (performance.now() - startedAt);
    rows = Math.max(MIN_ROWS, Math.min(2 * rows, Math.floor(rowsPerMs * SLICE_MS)));
  }
}
