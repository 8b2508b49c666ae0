import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { privateFile } from "./client.ts";
import { flushMeanwhile } from "./flush.ts";
import { type Lock, lockAlone, share } from "./lock.ts";
import { processWide } from "./process-wide.ts";

/** A file that a server of this database keeps a shared lock on while it runs; the system lets go of it even after kill -9. */
const servingFile = (file: string) => `${file}.serving`;

/** The backup or restore cannot be done; the message says why, and nothing was changed. */
export class BackupError extends Error {}

/** Tells other processes, until this one ends, that a server works on this database. */
export function markServing(file: string): void {
  processWide("serving", () => share(privateFile(servingFile(file))));
}

/**
 * Copies a database, also under a running server, into `target` (mode 0600): everything that was committed before the copy
 * ended is in it. Appears under its name only when it is whole and on disk. Throws BackupError if `target` exists.
 */
export function backUp(file: string, target: string): void {
  if (existsSync(target)) throw new BackupError(`${target} exists already. Name a file that does not.`);
  const part = `${target}.part`;
  const source = new Database(file, { readonly: true });
  try {
    copyInto(source, part);
  } finally {
    source.close();
  }
  publish(part, target);
}

/**
 * Puts a backup in the place of the database and ends all sessions in it: one that was ended after the backup was made must
 * not come back to life. The database so far is kept as `….before-restore`. Throws BackupError while a server runs, and for
 * a file that is no whole backup.
 */
export function restore(backup: string, file: string): void {
  if (!existsSync(backup)) throw new BackupError(`There is no file ${backup}.`);
  const lock = lockOut(file);
  try {
    const part = `${file}.part`;
    copyWhole(backup, part);
    endAllSessions(part);
    keepPresent(file);
    publish(part, file);
  } finally {
    lock.release();
  }
}

function lockOut(file: string): Lock {
  const lock = lockAlone(privateFile(servingFile(file)), 0);
  if (!lock) throw new BackupError("A server is running on this database. Stop it first, then restore.");
  return lock;
}

function copyWhole(backup: string, part: string): void {
  let source: Database.Database | undefined;
  try {
    source = new Database(backup, { readonly: true });
    const whole = source.pragma("integrity_check", { simple: true }) === "ok";
    const ours = source.prepare("SELECT count(*) FROM sqlite_master WHERE name IN ('users', 'sessions')").pluck().get() === 2;
    if (!whole || !ours) throw new BackupError(`${backup} is not a whole backup of Latchkey.`);
    copyInto(source, part);
  } catch (error) {
    throw error instanceof BackupError ? error : new BackupError(`${backup} cannot be read as a backup of Latchkey.`);
  } finally {
    source?.close();
  }
}

/** One read transaction, so that writers go on and the copy is of one moment; SQLite's step-wise copy starts over at each write. */
function copyInto(source: Database.Database, part: string): void {
  rmSync(part, { force: true });
  const written = flushMeanwhile(privateFile(part));
  try {
    source.prepare("VACUUM INTO ?").run(part);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    written();
  }
}

function endAllSessions(part: string): void {
  const copy = new Database(part);
  copy.pragma("journal_mode = DELETE"); // one file, without a -wal beside it
  copy.pragma("synchronous = FULL");
  copy.exec("BEGIN; DELETE FROM sessions; UPDATE users SET session_epoch = session_epoch + 1; COMMIT");
  copy.close();
}

/** Moves the present database out of the way, with what its log still holds. */
function keepPresent(file: string): void {
  if (!existsSync(file)) return;
  const present = new Database(file);
  present.pragma("synchronous = FULL");
  present.pragma("wal_checkpoint(TRUNCATE)");
  present.close();
  for (const ending of ["-wal", "-shm"]) rmSync(`${file}${ending}`, { force: true });
  renameSync(file, `${file}.before-restore`);
}

/** Gives a finished file its name, both safely on disk. */
function publish(part: string, target: string): void {
  sync(part);
  renameSync(part, target);
  sync(dirname(target));
}

function sync(path: string): void {
  const handle = openSync(path, "r");
  fsyncSync(handle);
  closeSync(handle);
}
