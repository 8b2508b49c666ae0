import { and, eq } from "drizzle-orm";
import { housekeeping } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { type Db, db } from "#db/engine.ts";
import { secretKeys } from "#db/factors-schema.ts";
import { KeyFileError, makeKeyFile, readKeyFile, type SecretKey } from "#db/key-file.ts";
import { processWide } from "#db/process-wide.ts";

/* Which key encrypts secrets. The database names it, so that no machine works with another one; the file has the key itself. */

const ONLY_ROW = 1;

/** The key was replaced between reading it and the commit: read it again. */
export class KeyReplacedError extends Error {}

const read = processWide("secret-keys", () => ({ byId: new Map<string, SecretKey>() }));

/**
 * Makes the file of keys at the first start, and notes its key in the database. Throws KeyFileError if the file has another key
 * than the database's, or is missing although the database has one.
 */
export async function prepareSecretKey(): Promise<void> {
  const file = config().secretKeyFile;
  const known = await currentKeyId();
  if (known === null && readKeyFile(file) === null) makeKeyFile(file);
  const [key] = keysOfFile();
  if (!key) throw new KeyFileError(missing(file));
  if (known === null) await noteKey(key);
  requireKeyOf(await currentKeyId());
}

/** The key that encrypts. Throws KeyFileError. */
export async function encryptionKey(): Promise<SecretKey> {
  return requireKeyOf(await currentKeyId());
}

/** The key with this id, or null if the file doesn't have it. The file is read again for one that is new. */
export function keyWithId(id: string): SecretKey | null {
  return read.byId.get(id) ?? keysOfFile().find((key) => key.id === id) ?? null;
}

/** Reads the file again at the next use, as a new process does. */
export function forgetKeys(): void {
  read.byId = new Map();
}

/** The statement that rolls back a commit with KeyReplacedError if another key encrypts by now. */
export function stillEncrypts(tx: Db, { id }: SecretKey) {
  return must(
    tx
      .select({ id: secretKeys.id })
      .from(secretKeys)
      .where(and(eq(secretKeys.id, ONLY_ROW), eq(secretKeys.keyId, id))),
    () => new KeyReplacedError(),
  );
}

/** The statement by which another key encrypts from now on. */
export function useKey(tx: Db, { id }: SecretKey) {
  const since = clock.now();
  return tx
    .insert(secretKeys)
    .values({ id: ONLY_ROW, keyId: id, since })
    .onConflictDoUpdate({ target: secretKeys.id, set: { keyId: id, since } });
}

/** The id of the key that encrypts; null before the first start. */
export async function currentKeyId(): Promise<string | null> {
  const [row] = await db().select().from(secretKeys).where(eq(secretKeys.id, ONLY_ROW));
  return row?.keyId ?? null;
}

/** Another process may do it at the same time: the first one counts. */
async function noteKey({ id: keyId }: SecretKey): Promise<void> {
  await commit(housekeeping, (tx) => ({
    noted: tx.insert(secretKeys).values({ id: ONLY_ROW, keyId, since: clock.now() }).onConflictDoNothing(),
  }));
}

function requireKeyOf(id: string | null): SecretKey {
  const key = id === null ? null : keyWithId(id);
  if (key) return key;
  const file = config().secretKeyFile;
  throw new KeyFileError(readKeyFile(file) === null ? missing(file) : another(file));
}

function keysOfFile(): SecretKey[] {
  const keys = readKeyFile(config().secretKeyFile) ?? [];
  read.byId = new Map(keys.map((key) => [key.id, key]));
  return keys;
}

const REMEDY =
  "Copy the file from the machine that the database was made on, or from your copy of it. If the key is lost, run “npx accounts key rotate --lost”: " +
  "then people who use an authenticator app sign in with a recovery code, and set the app up again.";

const missing = (file: string) => `${file} is missing: the key that encrypts secrets in this database. ${REMEDY}`;

const another = (file: string) => `${file} has another key than the one that encrypts secrets in this database. ${REMEDY}`;
