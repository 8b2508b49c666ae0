import { isPostgresFault, postgresUniqueViolation } from "./postgres/errors.ts";
import { isSqliteFault, sqliteUniqueViolation } from "./sqlite/errors.ts";

const BRAND = Symbol.for("latchkey.storage-error"); // a server has this class twice

/**
 * The database can't be read or written, because of the disk, the server, another process or another version. Nothing was
 * changed, unless `isUnconfirmed`: the answer to COMMIT was lost.
 */
export class StorageError extends Error {
  readonly [BRAND] = true;
  readonly retryAfterSeconds = 5;
  readonly isUnconfirmed: boolean;

  constructor(message: string, { cause, isUnconfirmed = false }: { cause?: unknown; isUnconfirmed?: boolean } = {}) {
    super(message, { cause });
    this.isUnconfirmed = isUnconfirmed;
  }
}

/** The storage fault behind an error, or null. */
export function storageErrorFor(error: unknown): StorageError | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (BRAND in cause) return cause as StorageError;
  return isSqliteFault(error) || isPostgresFault(error) ? new StorageError("storage", { cause: error }) : null;
}

/** The column whose uniqueness constraint a write violated, such as "email_canonical", or null. */
export function uniqueViolation(error: unknown): string | null {
  return sqliteUniqueViolation(error) ?? postgresUniqueViolation(error);
}
