import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { isMainThread, Worker, workerData } from "node:worker_threads";

const EVERY_MS = 5;
const START_MS = 1_000;
const [STARTING, RUNNING, OVER] = [0, 1, 2];

type Task = { file: string; state: Int32Array };

/**
 * Syncs a file to the disk repeatedly in another thread while this thread writes it. A single sync at the end would delay a
 * server's commits on the same disk. Call the returned function when the file is written.
 */
export function flushMeanwhile(file: string): () => void {
  const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(import.meta.filename, { workerData: { file, state } satisfies Task });
  worker.on("error", () => {}); // the thread that writes the file gets the same error and reports it
  worker.unref();
  Atomics.wait(state, 0, STARTING, START_MS);
  return () => {
    Atomics.store(state, 0, OVER);
    Atomics.notify(state, 0);
  };
}

if (!isMainThread) {
  const { file, state }: Task = workerData;
  const handle = openSync(file, "r");
  Atomics.compareExchange(state, 0, STARTING, RUNNING);
  Atomics.notify(state, 0);
  while (Atomics.load(state, 0) === RUNNING) {
    fdatasyncSync(handle);
    Atomics.wait(state, 0, RUNNING, EVERY_MS);
  }
  closeSync(handle);
}
