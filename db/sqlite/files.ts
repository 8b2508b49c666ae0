import { chownSync, closeSync, existsSync, fsyncSync, lstatSync, mkdirSync, openSync, readlinkSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { StorageError } from "../errors.ts";

/** The path of a file that nobody else may read; made here if need be, since SQLite would make it, and its -wal, for all to read. */
export function privateFile(file: string): string {
  const isNew = !existsSync(file);
  closeSync(openSync(file, "a", 0o600));
  if (isNew && process.getuid?.() === 0) {
    const { uid, gid } = statSync(dirname(file)); // what root makes belongs to whom the folder belongs: the service can open it
    chownSync(file, uid, gid);
  }
  return file;
}

/** Step by step, because Node's recursive mkdir never returns where the kernel refuses a folder with "no such file", as in /proc. */
export function makeFolder(folder: string, mode = 0o700): void {
  if (existsSync(folder)) return;
  refuseDanglingLink(folder);
  makeFolder(dirname(folder), 0o777);
  mkdirSync(folder, { mode });
}

/** Throws StorageError for a link to what does not exist: making it anew would put the data elsewhere than it was meant to be. */
export function refuseDanglingLink(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() || existsSync(path)) return;
  const target = readlinkSync(path);
  throw new StorageError(
    `${path} is a link to ${target}, which cannot be reached. Mount its disk or make what it leads to, or correct the link.`,
  );
}

/** Gives a finished file its name, in place of the one that may have it; both are safely on disk afterwards. */
export function publish(part: string, target: string): void {
  syncPath(part);
  renameSync(part, target);
  syncPath(dirname(target));
}

export function syncPath(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
