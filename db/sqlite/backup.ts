import { copyFileSync, existsSync, linkSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import Database from "better-sqlite3";
import type { Amounts } from "../backups.ts";
import { faultCode, faultSentence } from "../faults.ts";
import { type Lock, lockAlone } from "../lock.ts";
import { checkCopy, markOf } from "./backup-check.ts";
import { BackupError } from "./backup-error.ts";
import { carryDeletions } from "./carried-deletions.ts";
import { makeFolder, privateFile, publish, refuseDanglingLink, syncPath } from "./files.ts";
import { flushMeanwhile } from "./flush.ts";
import { ForeignDatabase, isFirstStart, isOurs, RESTORING, refuseMissingTables, WrongFile } from "./identity.ts";
import { servingFile } from "./serving.ts";

const KEPT = ".before-restore";
const ABOUT_THE_SOURCE = /^SQLITE_(CORRUPT|NOTADB|BUSY|LOCKED)/;

/**
 * Copies a database, also while a server runs, into `target` (mode 0600). The copy has everything that was committed before it
 * ended, and gets its name only when it was checked and is on the disk. `report` shows how far it is. Throws BackupError if `target` exists or can't be written,
 * and StorageError for a file that isn't a database of Latchkey.
 */
export function backUp(file: string, target: string, { report = false } = {}): Amounts {
  if (isFirstStart(file)) throw new BackupError(`There is no database in ${dirname(file)}.`);
  if (existsSync(target)) throw new BackupError(`${target} already exists. Choose another name.`);
  if (!existsSync(dirname(target))) {
    throw new BackupError(`The folder ${dirname(target)} does not exist. Make it, or name a file in another folder.`);
  }
  const source = new Database(file, { readonly: true });
  try {
    return copyInto(source, target, report);
  } catch (error) {
    if (error instanceof BackupError) throw error;
    const sentence = ABOUT_THE_SOURCE.test(faultCode(error)) ? null : faultSentence(error);
    throw sentence ? new BackupError(`The backup ${target} cannot be written: ${sentence}`) : error;
  } finally {
    source.close();
  }
}

/** Writes a copy beside `target` and then renames it. Leaves nothing behind if it fails. */
function copyInto(source: Database.Database, target: string, report: boolean): Amounts {
  const part = `${target}.part`;
  try {
    const mark = markOf(source);
    vacuumInto(source, part, report);
    const amounts = checkCopy(part, mark);
    publish(part, target);
    return amounts;
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** Copies in one read transaction, which blocks no writers and has the state of one moment. SQLite's backup API restarts at each write. */
function vacuumInto(source: Database.Database, part: string, report = false): void {
  rmSync(part, { force: true });
  const [pages, free, pageBytes] = ["page_count", "freelist_count", "page_size"].map((name) =>
    Number(source.pragma(name, { simple: true })),
  );
  const bytes = ((pages ?? 0) - (free ?? 0)) * (pageBytes ?? 0);
  const written = flushMeanwhile(privateFile(part), report ? bytes : null);
  try {
    source.prepare("VACUUM INTO ?").run(part);
  } finally {
    written();
  }
}

/**
 * Replaces the database by a backup and ends all sessions and links in it, because one that ended after the backup must not
 * become valid again; mails that wait in it are not sent. Whoever was deleted since, by the list in the replaced database, is deleted again at the next start. The swap is one rename: if it is interrupted, the database is the old
 * one or the new one. `keyIds` names the keys of secrets that there are. Returns the new name of the previous database, with an unused number, or null if there was none. Throws
 * BackupError while a server runs, and for a file that isn't a complete backup.
 */
export function restore(backup: string, name: string, keyIds: string[] = [], { report = false } = {}): string | null {
  if (!existsSync(backup)) throw new BackupError(`There is no file ${backup}.`);
  makeFolder(dirname(name));
  refuseDanglingLink(name);
  const file = existsSync(name) ? realpathSync(name) : name;
  refuseForeign(file);
  const isUnmarked = !existsSync(servingFile(name));
  const part = file + RESTORING;
  let lock: Lock | undefined;
  try {
    lock = lockOut(name, "restore");
    copyWhole(backup, part, report);
    endWhatIsOpen(part, keyIds);
    const kept = keepPresent(file);
    if (kept) carryDeletions(kept, part);
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

/** Lets no server start on this database until the lock is released. Throws BackupError if one is running. */
export function lockOut(file: string, purpose: "restore" | "move"): Lock {
  const lock = lockAlone(privateFile(servingFile(file)), 0);
  if (!lock) throw new BackupError(`A server is running on this database. Stop it first, then ${purpose}.`);
  return lock;
}

function copyWhole(backup: string, part: string, report: boolean): void {
  let source: Database.Database | undefined;
  try {
    if (!isOurs(backup)) throw new BackupError(`${backup} has nothing in it. Restore another backup.`);
    source = new Database(backup, { readonly: true });
    const isWhole = source.pragma("integrity_check", { simple: true }) === "ok";
    if (!isWhole) throw new BackupError(`${backup} is damaged. Restore another backup.`);
    refuseMissingTables(source);
    vacuumInto(source, part, report);
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

function endWhatIsOpen(part: string, keyIds: string[]): void {
  const copy = new Database(part);
  try {
    copy.pragma("journal_mode = DELETE"); // one file, without a -wal beside it
    copy.pragma("synchronous = FULL");
    copy.transaction(() => {
      copy.exec("DELETE FROM sessions; UPDATE users SET session_epoch = session_epoch + 1");
      if (hasTable(copy, "emails")) giveUpMails(copy); // a backup of an older version has none
      for (const name of ["links", "passkey_challenges", "challenges"]) if (hasTable(copy, name)) copy.exec(`DELETE FROM ${name}`);
      if (hasTable(copy, "secret_keys")) endTrustAndLostKey(copy, keyIds);
    })();
  } finally {
    copy.close();
  }
}

const hasTable = (copy: Database.Database, name: string) =>
  copy.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;

/** Without the key that the backup names, the next start goes on with another one. */
function endTrustAndLostKey(copy: Database.Database, keyIds: string[]): void {
  copy.exec("UPDATE known_devices SET trusted_until = NULL");
  copy.prepare("DELETE FROM secret_keys WHERE key_id NOT IN (SELECT value FROM json_each(?))").run(JSON.stringify(keyIds));
}

/** How many authenticator apps are set up whose secret none of these keys decrypts, in a database that was just restored. */
export function lostSecrets(file: string, keyIds: string[]): number {
  const client = new Database(file, { readonly: true });
  try {
    if (!hasTable(client, "totp_secrets")) return 0;
    const lost = client.prepare(
      "SELECT count(*) FROM totp_secrets JOIN users ON users.id = user_id WHERE totp_since IS NOT NULL AND key_id NOT IN (SELECT value FROM json_each(?))",
    );
    return Number(lost.pluck().get(JSON.stringify(keyIds)));
  } finally {
    client.close();
  }
}

/** Mails that waited in the backup were most likely sent after it: none is sent a second time, unless the operator says so. */
function giveUpMails(copy: Database.Database): void {
  copy
    .prepare("UPDATE emails SET next_attempt_at = NULL, failed_at = ?, last_error = 'restored' WHERE next_attempt_at IS NOT NULL")
    .run(Date.now());
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
