/* Errors of PostgreSQL by their code: five characters of the server (SQLSTATE), or a word of the driver or the system. */

const STORAGE_FAULTS = new RegExp(
  `^(${[
    "08...", // connection lost
    "28...|3D000|42501", // no longer let in, or not to this database or table
    "53...", // out of disk, memory or connections
    "57P0.|57014", // stopping, starting, or a statement over its time limit
    "25006|55P03", // read only; a lock that another keeps
    "58...|XX...", // I/O errors, damaged files
    "CONNECT_TIMEOUT|CONNECTION_(CLOSED|DESTROYED|ENDED)",
    "ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN",
    "CERT_.*|.*_CERT(_.*)?|UNABLE_TO_.*|ERR_(TLS|SSL|OSSL)_.*", // a certificate that has expired meanwhile
  ].join("|")})$`,
);

type ServerError = Error & { code: string; severity: string; constraint_name?: string; table_name?: string };

/** The error of the server behind an error, or null. */
function serverError(error: unknown): ServerError | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause.name === "PostgresError") return cause as ServerError;
  return null;
}

/** Whether this error of the server means that it can't read or write. */
export const isPostgresFault = (error: unknown): boolean => STORAGE_FAULTS.test(serverError(error)?.code ?? "");

/** Like `isPostgresFault`, also for errors of the driver and the system on the way to the server. */
export const isConnectionFault = (error: unknown): boolean => STORAGE_FAULTS.test((error as { code?: string }).code ?? "");

/** Whether the connection is lost with this error: it is one of the driver or the system, or the server's last word. */
export function isFatal(error: unknown): boolean {
  const found = serverError(error);
  return !found || /^(FATAL|PANIC)$/.test(found.severity);
}

/** Whether the transaction met another one, and will succeed when it is run again. */
export const isConflict = (error: unknown): boolean => /^(40001|40P01)$/.test(serverError(error)?.code ?? "");

/** The column whose uniqueness constraint a write violated, which is in the constraint's name, or null. */
export function postgresUniqueViolation(error: unknown): string | null {
  const { code, constraint_name: name = "", table_name: table = "" } = serverError(error) ?? {};
  if (code !== "23505") return null;
  return name === `${table}_pkey` ? "id" : name.slice(table.length + 1);
}
