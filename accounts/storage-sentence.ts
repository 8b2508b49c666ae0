import { StorageError } from "#db/errors.ts";
import { faultPath, faultSentence } from "#db/faults.ts";
import { config } from "./config.ts";

/** Why the database can't be used and what to do, for the operator; null if the error is of another kind. */
export function storageSentence(error: unknown): string | null {
  const { dataDir } = config();
  const path = faultPath(error);
  const message = error instanceof StorageError && !error.cause ? error.message : null;
  const fault = faultSentence(error);
  const reason = message ?? (fault && path && path !== dataDir ? `${path}: ${fault}` : fault);
  return reason && `The database in DATA_DIR (${dataDir}) cannot be used: ${reason}`;
}
