import { statSync, utimesSync } from "node:fs";
import { type Lock, lockAlone, share } from "../lock.ts";
import { processWide } from "../process-wide.ts";
import { privateFile } from "./files.ts";

/* Which services use a database file: each holds a shared lock on a file beside it, and touches that file when it starts. */

/** The system releases the locks on it even after kill -9. */
export const servingFile = (file: string) => `${file}.serving`;

type Mark = { path: string; lock: Lock; wasAlone: boolean; touchedAt: number };

const own = processWide("serving", () => ({ mark: undefined as Mark | undefined }));

/** Shows other processes that a service is using this database, until this process ends. */
export function markServing(file: string): void {
  if (own.mark) return;
  const path = privateFile(servingFile(file));
  const alone = lockAlone(path, 0);
  alone?.release();
  const lock = share(path);
  const now = (performance.timeOrigin + performance.now()) / 1_000; // finer than milliseconds, so that no two are equal
  utimesSync(path, now, now);
  own.mark = { path, lock, wasAlone: alone !== null, touchedAt: touchedAt(path) };
}

/** Whether another service used the database when this one started, or has started since. */
export function othersServe(): boolean {
  return own.mark !== undefined && !(own.mark.wasAlone && touchedAt(own.mark.path) === own.mark.touchedAt);
}

const touchedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
