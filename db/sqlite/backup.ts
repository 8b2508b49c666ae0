import { copyFileSync, existsSync, linkSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import Database from "better-sqlite3";
import { StorageError } from "../errors.ts";
import { faultCode, faultSentence } from "../faults.ts";
import { type Lock, lockAlone, share } from "../lock.ts";
import { processWide } from "../process-wide.ts";
import { makeFolder, privateFile, publish, refuseDanglingLink, syncPath } from "./files.ts";
import { flushMeanwhile } from "./flush.ts";
import { ForeignDatabase, isFirstStart, isOurs, RESTORING, refuseMissingTables } from "./identity.ts";

/** A file that a server of this database keeps a shared lock on while it runs; the system lets go of it even after kill -9. */
const servingFile = (file: string) => `${file}.serving`;

const KEPT = ".before-restore";
const ABOUT_THE_SOURCE = /^SQLITE_(CORRUPT|NOTADB|BUSY|LOCKED)/;

/** The backup or restore cannot be done; the message says why, and nothing was changed. */
export class BackupError extends Error {}

/** Tells other processes, until this one ends, that a server works on this database. */
export function markServing(file: string): void {
  processWide("serving", () => share(privateFile(servingFile(file))));
}

/**
 * Copies a database, also under a running server, into `target` (mode 0600): everything that was committed before the copy
 * ended is in it. Appears under its name only when it is whole and on disk. Throws BackupError if `target` exists or cannot
 * be written, and StorageError for what is no database of ours.
 */
export function backUp(file: string, target: string): void {
  if (isFirstStart(file)) throw new BackupError(`There is no database in ${dirname(file)}.`);
  if (existsSync(target)) throw new BackupError(`${target} already exists. Choose another name.`);
  if (!existsSync(dirname(target))) {
    throw new BackupError(`The folder ${dirname(target)} does not exist. Make it, or name a file in another folder.`);
  }
  const source = new Database(file, { readonly: true });
  try {
    copyInto(source, target);
  } catch (error) {
    const sentence = ABOUT_THE_SOURCE.test(faultCode(error)) ? null : faultSentence(error);
    throw sentence ? new BackupError(`The backup ${target} cannot be written: ${sentence}`) : error;
  } finally {
    source.close();
  }
}

/** Writes a copy beside `target` and then gives it that name. Leaves nothing where it fails. */
function copyInto(source: Database.Database, target: string): void {
  const part = `${target}.part`;
  try {
    vacuumInto(source, part);
    publish(part, target);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** One read transaction, so that writers go on and the copy is of one moment; SQLite's step-wise copy starts over at each write. */
function vacuumInto(source: Database.Database, part: string): void {
  rmSync(part, { force: true });
  const written = flushMeanwhile(privateFile(part));
  try {
    source.prepare("VACUUM INTO ?").run(part);
  } finally {
    written();
  }
}

/**
 * Puts a backup in the place of the database and ends all sessions in it: one that was ended after the backup was made must
 * not come back to life. The swap is one renaming: whenever it is cut off, the database is the old one or the new one.
 * Returns the name under which the database so far is kept, with a number that no earlier one has, or null if there was
 * none. Throws BackupError while a server runs, and for a file that is no whole backup.
 */
export function restore(backup: string, name: string): string | null {
  if (!existsSync(backup)) throw new BackupError(`There is no file ${backup}.`);
  makeFolder(dirname(name));
  refuseDanglingLink(name);
  const file = existsSync(name) ? realpathSync(name) : name;
  refuseForeign(file);
  const isUnmarked = !existsSync(servingFile(name));
  const part = file + RESTORING;
  let lock: Lock | undefined;
  try {
    lock = lockOut(name);
    copyWhole(backup, part);
    endAllSessions(part);
    const kept = keepPresent(file);
    publish(part, file);
    return kept;
  } catch (error) {
    if (lock) rmSync(part, { force: true });
    if (isUnmarked) rmSync(servingFile(name), { force: true }); // a folder without a database stays fit for a first start
    throw error;
  } finally {
    lock?.release();
  }
}

/** What is damaged may be replaced, what belongs to another program may not. */
function refuseForeign(file: string): void {
  try {
    if (existsSync(file)) isOurs(file);
  } catch (error) {
    if (error instanceof ForeignDatabase) throw error;
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
    if (!isOurs(backup)) throw new BackupError(`${backup} has nothing in it. Restore another backup.`);
    source = new Database(backup, { readonly: true });
    const isWhole = source.pragma("integrity_check", { simple: true }) === "ok";
    if (!isWhole) throw new BackupError(`${backup} is damaged. Restore another backup.`);
    refuseMissingTables(source);
    vacuumInto(source, part);
  } catch (error) {
    throw error instanceof BackupError ? error : new BackupError(unreadable(backup, part, error));
  } finally {
    source?.close();
  }
}

function unreadable(backup: string, part: string, error: unknown): string {
  if (error instanceof StorageError) return `${backup} is not a whole backup of Latchkey: ${error.message}`;
  const sentence = faultSentence(error) ?? (error as Error).message;
  const isAboutTheCopy = /^(ENOSPC|EDQUOT|EROFS|SQLITE_(FULL|READONLY|IOERR_(WRITE|FSYNC)))/.test(faultCode(error));
  return isAboutTheCopy
    ? `The database ${part} cannot be written: ${sentence}`
    : `${backup} cannot be read as a backup of Latchkey: ${sentence}`;
}

function endAllSessions(part: string): void {
  const copy = new Database(part);
  try {
    copy.pragma("journal_mode = DELETE"); // one file, without a -wal beside it
    copy.pragma("synchronous = FULL");
    copy.exec("BEGIN; DELETE FROM sessions; UPDATE users SET session_epoch = session_epoch + 1; COMMIT");
  } finally {
    copy.close();
  }
}

/**
 * Gives the present database a second name under which it stays, with what its log holds. Of a damaged one, which SQLite
 * cannot bring into one file, the log is kept beside it, and away from the new database, into which SQLite would play it.
 */
function keepPresent(file: string): string | null {
  if (statSync(file, { throwIfNoEntry: false })?.size) bringTogether(file); // beside an empty file SQLite would delete the log
  const there = ["", "-wal", "-journal"].filter((ending) => existsSync(file + ending));
  if (there.length === 0) return null;
  const kept = nextKeptName(file);
  for (const ending of there) {
    if (ending === "") keepAsWell(file, kept);
    else renameSync(file + ending, kept + ending);
  }
  rmSync(`${file}-shm`, { force: true });
  syncPath(dirname(file));
  return kept;
}

/** Everything into the main file. Throws BackupError if somebody else has it open, who would go on writing into the old one. */
function bringTogether(file: string): void {
  let present: Database.Database | undefined;
  try {
    present = new Database(file, { timeout: 1_000 });
    present.pragma("synchronous = FULL");
    present.pragma("journal_mode = DELETE");
  } catch (error) {
    if (/^SQLITE_(BUSY|LOCKED)/.test(faultCode(error))) {
      throw new BackupError("Another program has this database open. End it first, then restore.");
    }
    if (!/^SQLITE_(CORRUPT|NOTADB)/.test(faultCode(error))) throw error;
  } finally {
    present?.close();
  }
}

function keepAsWell(file: string, kept: string): void {
  try {
    linkSync(file, kept); // one database under two names, until the new one takes the first of them
  } catch {
    copyFileSync(file, privateFile(`${kept}.part`)); // a disk without links
    publish(`${kept}.part`, kept);
  }
}

function nextKeptName(file: string): string {
  const start = `${basename(file)}${KEPT}-`;
  const numbers = readdirSync(dirname(file)).flatMap((name) =>
    name.startsWith(start) ? [Number.parseInt(name.slice(start.length), 10) || 0] : [],
  );
  return `${file}${KEPT}-${Math.max(0, ...numbers) + 1}`;
}
