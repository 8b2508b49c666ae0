const STORAGE_FAULTS = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOTADB|CORRUPT)/;

type SqliteError = Error & { code: string };

/** The error of SQLite behind an error, or null. */
function sqliteError(error: unknown): SqliteError | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === "SqliteError") return cause as SqliteError;
  }
  return null;
}

/** Whether SQLite can't read or write, because of the disk or another process. */
export function isSqliteFault(error: unknown): boolean {
  return STORAGE_FAULTS.test(sqliteError(error)?.code ?? "");
}

/** Whether another process holds the database. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(sqliteError(error)?.code ?? "");
}

/** The column whose uniqueness constraint a write violated, or null. */
export function sqliteUniqueViolation(error: unknown): string | null {
  const found = sqliteError(error);
  if (!found || !/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(found.code)) return null;
  return found.message.match(/\.(\w+)$/)?.[1] ?? null;
}
