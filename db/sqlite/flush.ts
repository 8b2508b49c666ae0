import { closeSync, fdatasyncSync, fstatSync, openSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { isMainThread, Worker, workerData } from "node:worker_threads";

const EVERY_MS = 5;
const START_MS = 1_000;
const STDERR = 2;
const IS_TERMINAL = isatty(STDERR);
const QUIET_MS = IS_TERMINAL ? 1_000 : 5_000; // what takes longer says how far it is
const REPORT_MS = IS_TERMINAL ? 200 : 5_000;
const MB = 1_000_000;
const [STARTING, RUNNING, OVER] = [0, 1, 2];

type Task = { file: string; bytes: number | null; state: Int32Array };

/**
 * Syncs a file to the disk repeatedly in another thread while this thread writes it. A single sync at the end would delay a
 * server's commits on the same disk. With `bytes`, how many it will have, it tells standard error how far it is, because the thread
 * that writes can't. Call the returned function when the file is written.
 */
export function flushMeanwhile(file: string, bytes: number | null = null): () => void {
  const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(import.meta.filename, { workerData: { file, bytes, state } satisfies Task });
  worker.on("error", () => {}); // the thread that writes the file gets the same error and reports it
  worker.unref();
  Atomics.wait(state, 0, STARTING, START_MS);
  const startedAt = performance.now();
  return () => {
    if (bytes !== null && performance.now() - startedAt > QUIET_MS && IS_TERMINAL) writeSync(STDERR, "\r\x1b[K");
    Atomics.store(state, 0, OVER);
    Atomics.notify(state, 0);
  };
}

if (!isMainThread) {
  const { file, bytes, state }: Task = workerData;
  let sayAt = performance.now() + QUIET_MS;
  const handle = openSync(file, "r");
  Atomics.compareExchange(state, 0, STARTING, RUNNING);
  Atomics.notify(state, 0);
  while (Atomics.load(state, 0) === RUNNING) {
    fdatasyncSync(handle);
    if (bytes !== null && performance.now() > sayAt) {
      sayHowFar(fstatSync(handle).size, bytes);
      sayAt = performance.now() + REPORT_MS;
    }
    Atomics.wait(state, 0, RUNNING, EVERY_MS);
  }
  closeSync(handle);
}

function sayHowFar(written: number, bytes: number): void {
  const share = Math.min(100, Math.floor((100 * written) / Math.max(1, bytes)));
  const line = `${Math.round(written / MB)} of ${Math.round(bytes / MB)} MB copied (${share} %)`;
  writeSync(STDERR, IS_TERMINAL ? `\r\x1b[K${line}` : `${line}\n`);
}
