import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { type CopiedTable, type CopySource, type CopyTarget, MoveError, type Row } from "../copying.ts";
import { TABLE_NAMES } from "../migrations.ts";
import { lockOut } from "./backup.ts";
import { makeFolder, privateFile, publish } from "./files.ts";
import { isFirstStart, MOVING, refuseMissingTables } from "./identity.ts";
import { migrate } from "./migrate.ts";

const ROWS = 250; // a batch

type Closed = { close(): void };

/** The tables of this version, each after those that it refers to. */
export function tablesIn(client: Database.Database): CopiedTable[] {
  const ask = <T>(text: string, name: string) => client.prepare(text).all(name) as T[];
  const sorted: string[] = [];
  const add = (name: string) => {
    if (sorted.includes(name)) return;
    for (const { table } of ask<{ table: string }>('SELECT "table" FROM pragma_foreign_key_list(?)', name)) add(table);
    sorted.push(name);
  };
  for (const name of TABLE_NAMES) add(name);
  return sorted.map((name) => {
    const columns = ask<{ name: string; pk: number }>("SELECT name, pk FROM pragma_table_info(?)", name);
    const keys = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    const [made] = ask<{ sql: string }>("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", name);
    return {
      name,
      columns: columns.map(({ name }) => name),
      key: keys.map(({ name }) => name),
      isCounted: made?.sql.includes("AUTOINCREMENT") ?? false,
    };
  });
}

/** Opens a database to copy from it. Nobody else can write until it is closed. Throws MoveError while a server runs, and StorageError. */
export function openSqliteSource(file: string): { source: CopySource & Closed; tables: CopiedTable[] } {
  if (isFirstStart(file)) throw new MoveError(`There is no database in ${dirname(file)}.`);
  const lock = lockOut(file, "move");
  const client = new Database(file);
  migrate(client);
  refuseMissingTables(client, TABLE_NAMES);
  client.exec("BEGIN IMMEDIATE");
  const source = {
    ...reading(client),
    count: async (table: CopiedTable) => client.prepare(`SELECT count(*) FROM ${table.name}`).pluck().get() as number,
    lastId: async (table: CopiedTable) =>
      (client.prepare("SELECT seq FROM sqlite_sequence WHERE name = ?").pluck().get(table.name) as number | undefined) ?? 0,
    close() {
      client.close();
      lock.release();
    },
  };
  return { source, tables: tablesIn(client) };
}

/**
 * Makes a database to copy into, under another name until it is published. What an interrupted move left is deleted. Throws
 * MoveError if there is a database, and if another process is moving into this folder.
 */
export function makeSqliteTarget(file: string): { target: CopyTarget & Closed; tables: CopiedTable[] } {
  makeFolder(dirname(file));
  if (!isFirstStart(file, MOVING)) {
    throw new MoveError(`${file} exists. Move it away, or name another folder: a database is never overwritten.`);
  }
  const part = file + MOVING;
  removeLeft(part);
  const client = lockedAlone(part);
  client.pragma("synchronous = OFF"); // the file is synced when it is whole
  migrate(client);
  client.pragma("foreign_keys = OFF"); // checked at the end
  client.exec("BEGIN");
  const target = {
    ...reading(client),
    async write(table: CopiedTable, rows: AsyncIterable<Row[]>) {
      const marks = table.columns.map(() => "?").join(", ");
      const insert = client.prepare(`INSERT INTO ${table.name} (${table.columns.join(", ")}) VALUES (${marks})`);
      for await (const batch of rows) for (const row of batch) insert.run(row);
    },
    async setLastId(table: CopiedTable, id: number) {
      client.prepare("DELETE FROM sqlite_sequence WHERE name = ?").run(table.name);
      client.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)").run(table.name, id);
    },
    async publish() {
      const broken = client.pragma("foreign_key_check") as unknown[];
      if (broken.length > 0) throw new MoveError(`${broken.length} rows refer to rows that do not exist. Nothing was moved.`);
      client.exec("COMMIT");
      client.close();
      publish(part, file);
    },
    close() {
      if (!client.open) return;
      client.close();
      rmSync(part, { force: true });
    },
  };
  return { target, tables: tablesIn(client) };
}

function removeLeft(part: string): void {
  if (!existsSync(part)) return;
  let client: Database.Database | undefined;
  try {
    client = lockedAlone(part);
  } catch (error) {
    if (error instanceof MoveError) throw error; // otherwise it is damaged, as it may be
  }
  for (const ending of ["", "-journal"]) rmSync(part + ending, { force: true });
  client?.close();
}

/** Opens a file that nobody else may use until it is closed. */
function lockedAlone(file: string): Database.Database {
  const client = new Database(privateFile(file), { timeout: 0 });
  try {
    client.pragma("locking_mode = EXCLUSIVE");
    client.pragma("journal_mode = MEMORY"); // what is unfinished is deleted anyway
    client.exec("BEGIN EXCLUSIVE; COMMIT");
    return client;
  } catch (error) {
    client.close();
    if ((error as { code?: string }).code !== "SQLITE_BUSY") throw error;
    throw new MoveError(`Another process is moving accounts into ${dirname(file)}. Wait until it has ended.`);
  }
}

function reading(client: Database.Database) {
  return {
    async *read({ name, columns, key }: CopiedTable): AsyncGenerator<Row[]> {
      const all = client
        .prepare(`SELECT ${columns.join(", ")} FROM ${name} ORDER BY ${key.join(", ")}`)
        .raw()
        .iterate();
      let batch: Row[] = [];
      for (const row of all as Iterable<Row>) {
        batch.push(row);
        if (batch.length < ROWS) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },
  };
}
