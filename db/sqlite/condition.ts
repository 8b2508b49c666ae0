import { statSync } from "node:fs";
import type Database from "better-sqlite3";
import { StorageError, storageErrorFor } from "../errors.ts";
import { processWide } from "../process-wide.ts";
import { isBusy } from "./errors.ts";
import { APPLICATION_ID } from "./identity.ts";

const FAILED_MS = 3_000; // how long a failed write counts
const TRUSTED_MS = 10_000; // how long a successful write counts
const ENDINGS = ["", "-wal", "-shm"];

type Known = { path: string; ino: number; dev: number };

const state = processWide("condition", () => ({
  files: [] as Known[],
  failedAt: Number.NEGATIVE_INFINITY,
  workedAt: Number.NEGATIVE_INFINITY,
}));

/** Remembers the files of the database that was just opened. */
export function rememberFiles(file: string): void {
  Object.assign(state, { failedAt: Number.NEGATIVE_INFINITY, workedAt: Number.NEGATIVE_INFINITY });
  state.files = ENDINGS.flatMap((ending) => {
    const found = statSync(file + ending, { throwIfNoEntry: false });
    return found ? [{ path: file + ending, ino: found.ino, dev: found.dev }] : [];
  });
}

/** A file of the open database that was deleted, moved or replaced, so that new writes would be lost at the next start; or null. */
export function lostFile(): string | null {
  for (const { path, ino, dev } of state.files) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.ino !== ino || found.dev !== dev) return path;
  }
  return null;
}

/** The error for a commit that would be lost at the next start; null if it wouldn't. */
export function lostError(): StorageError | null {
  const lost = lostFile();
  return lost === null ? null : new StorageError(`${lost} was deleted, moved or replaced while the service runs.`);
}

/** Records how a commit ended, for `storageWorks`. A lock of another process says nothing about the disk. */
export function noteWrite(error?: unknown): void {
  if (!error) state.workedAt = performance.now();
  else if (isBusy(error)) return;
  else if (storageErrorFor(error)) state.failedAt = performance.now();
}

/**
 * Whether the database accepts writes, judged by the latest commits. If the last success is older than TRUSTED_MS and the last
 * failure older than FAILED_MS, it writes one page to find out.
 */
export function storageWorks(client: Database.Database): boolean {
  if (lostFile()) return false;
  const now = performance.now();
  if (now - state.failedAt < FAILED_MS) return false;
  if (state.failedAt > state.workedAt || now - state.workedAt > TRUSTED_MS) tryWriting(client);
  return state.workedAt >= state.failedAt;
}

/** Writes the mark that is already there again. */
function tryWriting(client: Database.Database): void {
  try {
    client.pragma(`application_id = ${APPLICATION_ID}`);
    noteWrite();
  } catch (error) {
    noteWrite(error);
  }
}
