import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { isMainThread, Worker, workerData } from "node:worker_threads";

const EVERY_MS = 5;
const START_MS = 1_000;
const [STARTING, RUNNING, OVER] = [0, 1, 2];

type Task = { file: string; state: Int32Array };

/**
 * Has a file brought to the disk bit by bit while this thread, which is busy, writes it: all of it at the end would keep a
 * server's commits on the same disk waiting for as long. Call what it returns when the file is written.
 */
export function flushMeanwhile(file: string): () => void {
  const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(import.meta.filename, { workerData: { file, state } satisfies Task });
  worker.on("error", () => {}); // a disk that refuses: whoever writes the file meets it too, and says so
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
