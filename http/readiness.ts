import { clock } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { AccountsError } from "#accounts/errors.ts";
import { type BackupState, backupState } from "#db/backups.ts";
import { requireStorage } from "#db/lifecycle.ts";
import { stopping } from "./front-door/draining.ts";

const RETRY_AFTER_SECONDS = 5;

/** Throws `overloaded` while the service stops, and StorageError unless the database can be read and written. */
export async function requireReadiness(): Promise<void> {
  if (stopping()) throw new AccountsError("overloaded", { retryAfterSeconds: RETRY_AFTER_SECONDS });
  await requireStorage();
}

/** How the backups are that the service makes by itself. A failure is for people: it doesn't make the service less ready. */
export const stateOfBackups = (): BackupState => backupState(config().backups, clock.now());
