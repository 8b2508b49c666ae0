import Database from "better-sqlite3";

/* Locks between processes: SQLite's own, on an empty file. The system lets go of them when a process ends, even after kill -9. */

/** Held until it is released, nobody refers to it any more, or the process ends. */
export type Lock = { release(): void };

/** Takes a lock on a file, which must exist, that others may share but nobody may have alone. */
export function share(file: string): Lock {
  const client = new Database(file, { readonly: true, fileMustExist: true });
  client.exec("BEGIN");
  client.prepare("SELECT count(*) FROM sqlite_master").get();
  return { release: () => client.close() };
}

/** Takes a lock on a file that nobody else has at the same time; null if somebody has one for longer than `patienceMs`. */
export function lockAlone(file: string, patienceMs: number): Lock | null {
  const client = new Database(file, { timeout: patienceMs });
  try {
    client.exec("BEGIN EXCLUSIVE");
    return { release: () => client.close() };
  } catch (error) {
    client.close();
    if ((error as { code?: string }).code === "SQLITE_BUSY") return null;
    throw error;
  }
}
