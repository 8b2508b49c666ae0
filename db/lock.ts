import Database from "better-sqlite3";

/* Locks between processes, made with SQLite on an empty file. The system releases them when a process ends, even after kill -9. */

/** A lock, held until it is released or garbage collected, or the process ends. */
export type Lock = { release(): void };

/** Takes a shared lock on an existing file. */
export function share(file: string): Lock {
  const client = new Database(file, { readonly: true, fileMustExist: true });
  client.exec("BEGIN");
  client.prepare("SELECT count(*) FROM sqlite_master").get();
  return { release: () => client.close() };
}

/** Takes an exclusive lock on an existing file; null if others hold one for longer than `patienceMs`. */
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
