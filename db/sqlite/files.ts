import { chownSync, closeSync, existsSync, fsyncSync, lstatSync, mkdirSync, openSync, readlinkSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { StorageError } from "../errors.ts";

/** Creates a file readable by its owner only, if it is missing, and returns its path. SQLite would create it, and its -wal, readable by all. */
export function privateFile(file: string): string {
  const isNew = !existsSync(file);
  closeSync(openSync(file, "a", 0o600));
  if (isNew && process.getuid?.() === 0) {
    const { uid, gid } = statSync(dirname(file)); // created by root, it gets the folder's owner, so that the service can open it
    chownSync(file, uid, gid);
  }
  return file;
}

/** Creates a folder step by step: Node's recursive mkdir never returns where the kernel answers "no such file", as in /proc. */
export function makeFolder(folder: string, mode = 0o700): void {
  if (existsSync(folder)) return;
  refuseDanglingLink(folder);
  makeFolder(dirname(folder), 0o777);
  mkdirSync(folder, { mode });
}

/** Throws StorageError for a dangling link: a new file there would not be where the data was meant to be. */
export function refuseDanglingLink(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() || existsSync(path)) return;
  const target = readlinkSync(path);
  throw new StorageError(
    `${path} is a link to ${target}, which cannot be reached. Mount its disk or make what it leads to, or correct the link.`,
  );
}

/** Renames a finished file, replacing another one if there is one. File and folder are on the disk afterwards. */
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
