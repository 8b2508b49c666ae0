import { statSync } from "node:fs";
import Database from "better-sqlite3";
import type { Amounts } from "../backups.ts";
import { BackupError } from "./backup-error.ts";
import { refuseMissingTables } from "./identity.ts";

/** The last id that each table has counted up to: it never goes back, whatever is deleted. */
type Mark = Map<string, number>;

export function markOf(client: Database.Database): Mark {
  const hasCounters = client.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get();
  if (!hasCounters) return new Map();
  return new Map(client.prepare("SELECT name, seq FROM sqlite_sequence").raw().all() as [string, number][]);
}

/**
 * Opens a copy and counts what is in it. Throws BackupError unless SQLite finds it whole, with every table, with no row that refers
 * to one that isn't there, and with everything that the original had counted by `mark`.
 */
export function checkCopy(file: string, mark: Mark): Amounts {
  const copy = new Database(file, { readonly: true });
  try {
    if (copy.pragma("integrity_check", { simple: true }) !== "ok") throw damaged("SQLite finds it damaged");
    if ((copy.pragma("foreign_key_check") as unknown[]).length > 0) throw damaged("rows refer to rows that are not in it");
    refuseMissingTables(copy);
    const counted = markOf(copy);
    for (const [table, id] of mark) if ((counted.get(table) ?? 0) < id) throw damaged(`rows of the table “${table}” are missing`);
    const count = (table: string) => Number(copy.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
    return { bytes: statSync(file).size, users: count("users"), sessions: count("sessions") };
  } finally {
    copy.close();
  }
}

const damaged = (why: string) =>
  new BackupError(`The backup was checked after it was written, and ${why}. It was deleted. Look at the disk, then try again.`);
