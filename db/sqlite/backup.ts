import { copyFileSync, existsSync, linkSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import Database from "better-sqlite3";
import { faultCode, faultSentence } from "../faults.ts";
import { type Lock, lockAlone, share } from "../lock.ts";
import { processWide } from "../process-wide.ts";
import { makeFolder, privateFile, publish, refuseDanglingLink, syncPath } from "./files.ts";
import { flushMeanwhile } from "./flush.ts";
import { ForeignDatabase, isFirstStart, isOurs, RESTORING, refuseMissingTables, WrongFile } from "./identity.ts";

/** A file on which a running server holds a shared lock; the system releases it even after kill -9. */
const servingFile = (file: string) => `${file}.serving`;

const KEPT = ".before-restore";
const ABOUT_THE_SOURCE = /^SQLITE_(CORRUPT|NOTADB|BUSY|LOCKED)/;

/** A backup or restore failed; the message says why. Nothing was changed. */
export class BackupError extends Error {}

/** Shows other processes that a server is using this database, until this process ends. */
export function markServing(file: string): void {
  processWide("serving", () => share(privateFile(servingFile(file))));
}

/**
 * Copies a database, also while a server runs, into `target` (mode 0600). The copy has everything that was committed before it
 * ended, and gets its name only when it is complete and on the disk. Throws BackupError if `target` exists or can't be written,
 * and StorageError for a file that isn't a database of Latchkey.
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

/** Writes a copy beside `target` and then renames it. Leaves nothing behind if it fails. */
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

/** Copies in one read transaction, which blocks no writers and has the state of one moment. SQLite's backup API restarts at each write. */
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
 * Replaces the database by a backup and ends all sessions in it, because one that ended after the backup must not become valid
 * again. The swap is one rename: if it is interrupted, the database is the old one or the new one. Returns the new name of the
 * previous database, with an unused number, or null if there was none. Throws BackupError while a server runs, and for a file
 * that isn't a complete backup.
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
    if (isUnmarked) rmSync(servingFile(name), { force: true }); // otherwise a start would not be a first start
    throw error;
  } finally {
    lock?.release();
  }
}

/** Throws for another program's database. A damaged one may be replaced. */
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
  if (error instanceof WrongFile) return `${error.fact} Nothing was changed: name a file that “npx accounts backup” made.`;
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
 * Keeps the current database under a second name, including its log. If it is damaged and SQLite can't merge the log, the log is
 * kept beside it, so that SQLite doesn't apply it to the new database.
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

/** Merges the log into the main file. Throws BackupError if another process has the database open and would write into the old one. */
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
    linkSync(file, kept); // the file has both names until the new database takes the first
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
