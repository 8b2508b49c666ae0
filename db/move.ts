import { join, resolve } from "node:path";
import { isPostgres } from "./chosen-engine.ts";
import { type CopiedTable, type CopySource, type CopyTarget, Digest, MoveError, type Row } from "./copying.ts";
import { StorageError } from "./errors.ts";
import { faultSentence } from "./faults.ts";
import { connectToMove, openPostgresSource, openPostgresTarget } from "./postgres/copying.ts";
import { makeSqliteTarget, openSqliteSource } from "./sqlite/copying.ts";

type Report = (table: string, rows: number, of: number) => void;
/** Reports how many of a table's rows are done. */
export type Progress = (step: "copied" | "compared", ...so: Parameters<Report>) => void;
/** The number of rows of each table. */
type Moved = Record<string, number>;

/**
 * Copies all accounts from the database of the settings into another one: a folder for SQLite, or the address of an empty
 * PostgreSQL database. Ids, sessions, limits and everything else stay as they are. Every table is read again from the target and
 * compared by the number of rows and a checksum before the target becomes a database, at once. Throws MoveError and BackupError, and then neither database has changed.
 */
export async function moveAccounts(from: string, to: string, progress: Progress): Promise<Moved> {
  if (!isPostgres(to) && to.includes("://")) throw new MoveError("--to takes postgres://… or a folder.");
  if (isPostgres(from) === isPostgres(to)) {
    throw new MoveError("Accounts move between SQLite and PostgreSQL. To copy a database of one kind, use its backups.");
  }
  try {
    return await (isPostgres(to) ? moveToPostgres(from, to, progress) : moveToSqlite(from, join(resolve(to), "latchkey.db"), progress));
  } catch (error) {
    throw moveErrorFor(error) ?? error;
  }
}

/** An error of either database as a sentence; null for others. */
function moveErrorFor(error: unknown): MoveError | null {
  if (error instanceof StorageError && !error.cause) return new MoveError(error.message);
  const fault = faultSentence(error);
  return fault === null ? null : new MoveError(`Nothing was moved: ${fault}`, { cause: error });
}

async function moveToPostgres(file: string, address: string, progress: Progress): Promise<Moved> {
  const { source, tables } = openSqliteSource(file);
  try {
    const sql = await connectToMove(address);
    try {
      return await copyAll(tables, source, await openPostgresTarget(sql), progress);
    } finally {
      await sql.end({ timeout: 0 });
    }
  } finally {
    source.close();
  }
}

async function moveToSqlite(address: string, file: string, progress: Progress): Promise<Moved> {
  const sql = await connectToMove(address);
  try {
    const source = await openPostgresSource(sql);
    const { target, tables } = makeSqliteTarget(file);
    try {
      return await copyAll(tables, source, target, progress);
    } finally {
      target.close();
    }
  } finally {
    await sql.end({ timeout: 0 });
  }
}

async function copyAll(tables: CopiedTable[], source: CopySource, target: CopyTarget, progress: Progress): Promise<Moved> {
  const copied = new Map<CopiedTable, Digest>();
  const moved: Moved = {};
  for (const table of tables) {
    const digest = new Digest();
    const rows = watched(source.read(table), digest, table, await source.count(table), (...so) => progress("copied", ...so));
    await target.write(table, rows);
    if (table.isCounted) await target.setLastId(table, await source.lastId(table));
    copied.set(table, digest);
    moved[table.name] = digest.rows;
  }
  for (const [table, wanted] of copied) {
    const digest = new Digest();
    for await (const _ of watched(target.read(table), digest, table, wanted.rows, (...so) => progress("compared", ...so)));
    if (digest.end() !== wanted.end())
      throw new MoveError(`The copy of the table “${table.name}” is not like the original. Nothing was moved.`);
  }
  await target.publish();
  return moved;
}

/** The same rows, which are counted, digested and reported on the way. */
async function* watched(rows: AsyncIterable<Row[]>, digest: Digest, table: CopiedTable, of: number, report: Report): AsyncGenerator<Row[]> {
  for await (const batch of rows) {
    digest.add(batch);
    report(table.name, digest.rows, of);
    yield batch;
  }
}
