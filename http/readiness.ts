import { AccountsError } from "#accounts/errors.ts";
import { requireStorage } from "#db/lifecycle.ts";
import { stopping } from "./front-door/draining.ts";

const RETRY_AFTER_SECONDS = 5;

/** Throws `overloaded` while the service stops, and StorageError unless the database can be read and written. */
export async function requireReadiness(): Promise<void> {
  if (stopping()) throw new AccountsError("overloaded", { retryAfterSeconds: RETRY_AFTER_SECONDS });
  await requireStorage();
}
