import { AsyncLocalStorage } from "node:async_hooks";
import type { Soon } from "../engine.ts";
import { StorageError } from "../errors.ts";
import { processWide } from "../process-wide.ts";

/** How long a request waits for the server, in all its reads and commits together. */
export const LIMIT_MS = 5_000;

type Request = { leftMs: number; waiting: number; waitsSince: number; isOver: boolean };

const requests = processWide("postgres-requests", () => new AsyncLocalStorage<Request>());

/** Runs a request, whose reads and commits together have LIMIT_MS. What it starts for later has LIMIT_MS for each. */
export async function withinRequest<T>(run: () => Soon<T>): Promise<T> {
  const request: Request = { leftMs: LIMIT_MS, waiting: 0, waitsSince: 0, isOver: false };
  try {
    return await requests.run(request, run);
  } finally {
    request.isOver = true;
  }
}

/** Runs a read or a commit, which learns until when it may wait. Throws StorageError if no time is left. */
export async function patiently<T>(run: (giveUpAt: number) => Promise<T>): Promise<T> {
  const request = requests.getStore();
  if (!request || request.isOver) return run(performance.now() + LIMIT_MS);
  if (request.leftMs <= 0) throw new StorageError(`The database took more than ${LIMIT_MS / 1_000} seconds for one request.`);
  if (request.waiting++ === 0) request.waitsSince = performance.now();
  try {
    return await run(request.waitsSince + request.leftMs);
  } finally {
    if (--request.waiting === 0) request.leftMs -= performance.now() - request.waitsSince;
  }
}
