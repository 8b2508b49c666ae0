import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, rmSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import Database from "better-sqlite3";
import { isDatabaseOpen } from "../engine.ts";
import { StorageError } from "../errors.ts";
import { refuseDanglingLink } from "./files.ts";

/** “Lkey”: the mark in the header of every Latchkey database, which distinguishes it from other programs' files. */
export const APPLICATION_ID = 0x4c_6b_65_79;
/** The suffix of the database that a first start builds, before it renames it. */
export const UNFINISHED = ".first";
/** The suffix of the copy that a restore builds, before it replaces the database. */
export const RESTORING = ".part";
/** The suffix of the database that a move fills, before it renames it. */
export const MOVING = ".moving";

/** The tables that each version has. Version 0.1 did not mark its databases, and had exactly these. */
const TABLES_OF_0_1 = "__drizzle_migrations audit_events avatars known_devices rate_limits sessions users";
const FIRST_MIGRATION = 1795422047387;
const LEFT_BY_0_1 = /^(-wal|-shm|-journal|\.migrating)$/;

// https://www.sqlite.org/fileformat.html#the_database_header
const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
const WAL_FORMAT = 2;
const MAX_PAGE_BYTES = 65_536;

/**
 * Whether there is neither a database nor a trace of an earlier one, apart from files whose suffix begins with one of `ignored`.
 * False if the database is there and Latchkey's. Throws StorageError for anything else, without changing it: opening it could hide
 * or damage data.
 */
export function isFirstStart(file: string, ...ignored: string[]): boolean {
  if (isDatabaseOpen()) return false; // opening and closing the file again would release this process's locks
  refuseDanglingLink(dirname(file));
  refuseDanglingLink(file);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw new StorageError(`${file} is a folder where the database should be. Move it away.`);
  const size = found?.size ?? null;
  const remains = besides(file).filter((ending) => ![UNFINISHED, ...ignored].some((start) => ending.startsWith(start)));
  if (size) {
    if (remains.includes(RESTORING)) throw new StorageError(cutRestore(file));
    const odd = remains.filter((ending) => !LEFT_BY_0_1.test(ending));
    if (!isOurs(file) && odd.length > 0) throw new StorageError(notFirst(file, "has no tables", odd));
    return false;
  }
  if (remains.length === 0) return true;
  if (remains.some((ending) => ending.startsWith(MOVING))) throw new StorageError(cutMove(file));
  if (size === null && existsSync(file)) return isFirstStart(file, ...ignored); // another process has just created it
  throw new StorageError(notFirst(file, size === null ? "is missing" : "is empty", remains));
}

/** The suffixes of the files beside the database that begin with its name. */
function besides(file: string): string[] {
  const name = basename(file);
  if (!existsSync(dirname(file))) return [];
  return readdirSync(dirname(file))
    .filter((other) => other.startsWith(name) && other !== name)
    .map((other) => other.slice(name.length))
    .sort();
}

function notFirst(file: string, state: string, remains: string[]): string {
  const name = basename(file);
  const kept = remains.findLast((ending) => /^\.before-restore(-\d+)?$/.test(ending));
  const source = kept ? `${file}${kept}` : "FILE";
  const remark = kept ? ", which is the database from before a restore" : "";
  return (
    `${file} ${state}, but beside it there is ${remains.map((ending) => name + ending).join(", ")}, left by an earlier database, so this is not a first start. ` +
    `Put ${name} back, or restore a backup with “npx accounts restore ${source}”${remark}. To begin with no accounts, move all files away whose names begin with ${name}.`
  );
}

function cutRestore(file: string): string {
  return (
    `A restore was cut off before it came to its end: ${basename(file)}${RESTORING} is left of it. ` +
    `Run the restore again, or delete that file to go on with the database as it was.`
  );
}

function cutMove(file: string): string {
  return (
    `A move of accounts into ${dirname(file)} was cut off, or is still under way: ${basename(file)}${MOVING} is part of a database. ` +
    `Let it end, or run “npx accounts move” again, or delete that file.`
  );
}

/** A file that is no whole Latchkey database. `fact` says why, without what to do about it. */
export class WrongFile extends StorageError {
  readonly fact: string;

  constructor(fact: string, remedy: string) {
    super(`${fact} ${remedy}`);
    this.fact = fact;
  }
}

/** Another program's database, which must not be changed. */
export class ForeignDatabase extends WrongFile {}

const RESTORE_ANOTHER = "Restore a backup with “npx accounts restore FILE”.";

/**
 * Whether the file is a Latchkey database. False for a database without tables, which an interrupted start of version 0.1 left
 * behind. Throws WrongFile for anything else. Reads the file without SQLite as far as possible, because opening another
 * program's database can change it.
 */
export function isOurs(file: string): boolean {
  const { magic, pageBytes, pages, isCounted, isWal, id, size } = readHeader(file);
  if (magic !== MAGIC) {
    throw new WrongFile(`${file} is damaged, or is not a SQLite database.`, `${RESTORE_ANOTHER} To begin with no accounts, move it away.`);
  }
  if (id !== 0 && id !== APPLICATION_ID) throw somebodyElses(file);
  if (isCounted && pages * pageBytes > size && !isWhole(file)) {
    throw new WrongFile(`${file} is cut short: ${size} of ${pages * pageBytes} bytes are there.`, RESTORE_ANOTHER);
  }
  if (id === APPLICATION_ID) return true;
  const tables = tablesOf(file, isWal);
  if (tables.names && !tables.areOurs) throw somebodyElses(file, tables.names);
  return tables.areOurs;
}

function readHeader(file: string) {
  const handle = openSync(file, "r");
  const header = Buffer.alloc(HEADER_BYTES);
  readSync(handle, header, 0, HEADER_BYTES, 0);
  const { size } = fstatSync(handle);
  closeSync(handle);
  const pageBytes = header.readUInt16BE(16);
  return {
    magic: header.toString("latin1", 0, MAGIC.length),
    pageBytes: pageBytes === 1 ? MAX_PAGE_BYTES : pageBytes,
    isWal: header[18] === WAL_FORMAT,
    pages: header.readUInt32BE(28),
    isCounted: header.readUInt32BE(24) === header.readUInt32BE(92), // otherwise an old SQLite wrote it, which didn't maintain the page count
    id: header.readInt32BE(68),
    size,
  };
}

/** The tables and views of an unmarked file, and whether they are those of version 0.1. Changes neither the file nor those beside it. */
function tablesOf(file: string, isWal: boolean): { names: string; areOurs: boolean } {
  const [hasLog, hasIndex] = [existsSync(`${file}-wal`), existsSync(`${file}-shm`)];
  // Only a connection that may write removes the empty log that SQLite creates for reading a WAL database.
  const client = new Database(file, { readonly: !isWal || hasLog });
  try {
    const names = client.prepare(
      "SELECT group_concat(name, ' ' ORDER BY name) FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'",
    );
    const found = (names.pluck().get() as string | null) ?? "";
    const isMarked = client.pragma("application_id", { simple: true }) === APPLICATION_ID; // the mark may still be only in the log
    const isUnmarked =
      found === TABLES_OF_0_1 && client.prepare("SELECT min(created_at) FROM __drizzle_migrations").pluck().get() === FIRST_MIGRATION;
    return { names: found, areOurs: isMarked || isUnmarked };
  } finally {
    client.close();
    if (hasLog && !hasIndex) rmSync(`${file}-shm`, { force: true });
  }
}

/**
 * Throws WrongFile if a Latchkey database lacks a table that every version has, or one of `more`. Otherwise the start would
 * succeed and requests would fail.
 */
export function refuseMissingTables(client: Database.Database, more: string[] = []): void {
  const found = client.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  const [missing] = [...TABLES_OF_0_1.split(" "), ...more].filter((name) => !found.includes(name));
  if (missing === undefined) return;
  throw new WrongFile(`${client.name} has no table “${missing}”, so it is damaged or incomplete.`, RESTORE_ANOTHER);
}

/** Whether the log has the missing pages, as after an interrupted checkpoint: then SQLite finds no fault. */
function isWhole(file: string): boolean {
  if (!statSync(`${file}-wal`, { throwIfNoEntry: false })?.size) return false;
  const client = new Database(file, { readonly: true });
  try {
    return client.pragma("quick_check(1)", { simple: true }) === "ok";
  } catch {
    return false;
  } finally {
    client.close();
  }
}

function somebodyElses(file: string, tables?: string): ForeignDatabase {
  const has = tables ? ` (it has the tables ${tables.split(" ").slice(0, 5).join(", ")})` : "";
  return new ForeignDatabase(
    `${file} belongs to another program${has}, and is left as it is.`,
    "Name another folder with DATA_DIR, or move the file away.",
  );
}
