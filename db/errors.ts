const STORAGE_FAULTS = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOTADB|CORRUPT)/;

/** The database can't be read or written, because of the disk, another process or another version. Nothing was changed. */
export class StorageError extends Error {
  readonly retryAfterSeconds = 5;
}

/** The storage fault behind an error, or null. */
export function storageErrorFor(error: unknown): StorageError | null {
  return STORAGE_FAULTS.test(sqliteError(error)?.code ?? "") ? new StorageError("storage", { cause: error }) : null;
}

/** The column whose uniqueness constraint a write violated, such as "email_canonical", or null. */
export function uniqueViolation(error: unknown): string | null {
  const found = sqliteError(error);
  if (!found || !/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(found.code)) return null;
  return found.message.match(/\.(\w+)$/)?.[1] ?? null;
}

/** Whether another process holds the database. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(sqliteError(error)?.code ?? "");
}

function sqliteError(error: unknown): { code: string; message: string } | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === "SqliteError") return cause as Error & { code: string };
  }
  return null;
}
