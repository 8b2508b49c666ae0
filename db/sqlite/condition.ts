import { statSync } from "node:fs";
import { connection } from "../engine.ts";
import { isBusy, StorageError, storageErrorFor } from "../errors.ts";
import { processWide } from "../process-wide.ts";
import { APPLICATION_ID } from "./identity.ts";

const FAILED_MS = 3_000; // a write that failed is news for so long
const TRUSTED_MS = 10_000; // after a write that succeeded
const ENDINGS = ["", "-wal", "-shm"];

type Known = { path: string; ino: number; dev: number };

const state = processWide("condition", () => ({
  files: [] as Known[],
  failedAt: Number.NEGATIVE_INFINITY,
  workedAt: Number.NEGATIVE_INFINITY,
}));

/** Remembers which files the database that was just opened consists of. */
export function rememberFiles(file: string): void {
  Object.assign(state, { failedAt: Number.NEGATIVE_INFINITY, workedAt: Number.NEGATIVE_INFINITY });
  state.files = ENDINGS.flatMap((ending) => {
    const found = statSync(file + ending, { throwIfNoEntry: false });
    return found ? [{ path: file + ending, ino: found.ino, dev: found.dev }] : [];
  });
}

/** The file of the open database that was deleted, moved or replaced: what is written now is gone at the next start. Null if none. */
export function lostFile(): string | null {
  for (const { path, ino, dev } of state.files) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.ino !== ino || found.dev !== dev) return path;
  }
  return null;
}

/** For a commit that is about to be acknowledged, but would be gone at the next start; null if it would not. */
export function lostError(): StorageError | null {
  const lost = lostFile();
  return lost === null ? null : new StorageError(`${lost} was deleted, moved or replaced while the service runs.`);
}

/** Notes how a commit ended, for `storageWorks`. That another process holds the database says nothing about the disk. */
export function noteWrite(error?: unknown): void {
  if (!error) state.workedAt = performance.now();
  else if (isBusy(error)) return;
  else if (error instanceof StorageError || storageErrorFor(error)) state.failedAt = performance.now();
}

/**
 * Whether the database takes writes, by what became of the latest ones. Where that says nothing, because nobody wrote for 10
 * seconds or the last write failed 3 seconds ago, it tries: one page, once in that time.
 */
export function storageWorks(): boolean {
  if (lostFile()) return false;
  const now = performance.now();
  if (now - state.failedAt < FAILED_MS) return false;
  if (state.failedAt > state.workedAt || now - state.workedAt > TRUSTED_MS) tryWriting();
  return state.workedAt >= state.failedAt;
}

/** Throws StorageError unless the database can be read and takes writes. */
export async function requireStorage(): Promise<void> {
  if (!storageWorks()) throw new StorageError("The database takes no writes: see the errors before.");
  connection().prepare("select count(*) from (select 1 from users limit 1)").get();
}

/** The mark that is there already, once more. */
function tryWriting(): void {
  try {
    connection().pragma(`application_id = ${APPLICATION_ID}`);
    noteWrite();
  } catch (error) {
    noteWrite(error);
  }
}
