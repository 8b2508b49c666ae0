import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { faultCode } from "../faults.ts";
import { migrate } from "./migrate.ts";

/**
 * Takes the list of deleted users from a database that a restore replaces over into the restored one, so that whoever was deleted after the
 * backup is deleted again at the next start. A replaced database that can't be read has no list.
 */
export function carryDeletions(replaced: string, restored: string): void {
  const list = deletionsIn(replaced);
  if (list.length === 0) return;
  const client = new Database(restored);
  try {
    client.pragma("journal_mode = DELETE"); // one file, without a -wal beside it
    client.pragma("synchronous = FULL");
    migrate(client); // a backup of an older version has no such table
    const insert = client.prepare("INSERT OR IGNORE INTO deletions (user_id, registered_at, deleted_at) VALUES (?, ?, ?)");
    client.transaction(() => {
      for (const row of list) insert.run(row);
    })();
  } finally {
    client.close();
  }
}

function deletionsIn(file: string): unknown[][] {
  if (["-wal", "-journal"].some((ending) => existsSync(file + ending))) return []; // damaged, and to be kept as it is
  let client: Database.Database | undefined;
  try {
    client = new Database(file, { readonly: true });
    const hasList = client.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'deletions'").get();
    return hasList ? (client.prepare("SELECT user_id, registered_at, deleted_at FROM deletions").raw().all() as unknown[][]) : [];
  } catch (error) {
    if (/^SQLITE_(CORRUPT|NOTADB|CANTOPEN|IOERR)/.test(faultCode(error))) return [];
    throw error;
  } finally {
    client?.close();
  }
}
