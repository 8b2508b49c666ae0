import { parentPort, Worker, workerData } from "node:worker_threads";
import { Client, percentile, steadily } from "./client.ts";

/* Somebody beside a flood, in a thread that does not have to make it: what is measured is the service alone. */

export type Seen = { times: number[]; statuses: Record<string, number>; p50: number; p99: number; max: number };

type Ask = { url: string; path: string; method?: string; json?: unknown; token?: string; perSecond: number };

/** Asks steadily the same of one address, until `stop` is called. */
export function standBy(ask: Ask): { stop(): Promise<Seen> } {
  const worker = new Worker(import.meta.filename, { workerData: ask });
  return {
    stop: () =>
      new Promise((resolve, reject) => {
        worker.once("error", reject);
        worker.once("message", ({ times, statuses }: Pick<Seen, "times" | "statuses">) => {
          void worker.terminate();
          resolve({ times, statuses, p50: percentile(times, 0.5), p99: percentile(times, 0.99), max: Math.max(0, ...times) });
        });
        worker.postMessage("stop");
      }),
  };
}

if (parentPort) {
  const { url, path, method = "GET", json, token, perSecond } = workerData as Ask;
  const client = new Client(url, "127.0.0.9");
  const load = steadily(perSecond, () => client.ask(method, path, { json, token }));
  parentPort.once("message", async () => {
    const { times, statuses } = await load.stop();
    parentPort?.postMessage({ times, statuses });
  });
}
