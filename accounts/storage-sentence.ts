import { StorageError, storageErrorFor } from "#db/errors.ts";
import { faultPath, faultSentence } from "#db/faults.ts";
import { databasePlace } from "#db/place.ts";
import { config } from "./config.ts";

/** Why the database can't be used and what to do, for the operator; null if the error is of another kind. */
export function storageSentence(error: unknown): string | null {
  const { setting, name } = databasePlace(config());
  if (storageErrorFor(error)?.isUnconfirmed) {
    return `The database in ${setting} (${name}) did not confirm the change, which may have been made. Look, then try again.`;
  }
  const path = faultPath(error);
  const message = error instanceof StorageError && !error.cause ? error.message : null;
  const fault = faultSentence(error);
  const reason = message ?? (fault && path && path !== name ? `${path}: ${fault}` : fault);
  return reason && `The database in ${setting}${name ? ` (${name})` : ""} cannot be used: ${reason}`;
}
