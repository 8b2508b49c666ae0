import { and, eq, ne, sql } from "drizzle-orm";
import { type Caller, requireOperator } from "#accounts/caller.ts";
import { commit } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { db } from "#db/engine.ts";
import { totpSecrets } from "#db/factors-schema.ts";
import { KeyFileError, newKey, readKeyFile, type SecretKey, writeKeyFile } from "#db/key-file.ts";
import { currentKeyId, forgetKeys, useKey } from "./secret-keys.ts";
import { sealed, unsealed } from "./totp-secrets.ts";

const ROWS_AT_ONCE = 100;

/**
 * Makes a new key and encrypts every secret with it, also while servers run: they read the file again. The old key leaves the file once
 * nothing needs it; if this is interrupted, call it again. `isLost` goes on without the present key. `unreadable` is the number of
 * authenticator apps whose key is lost: their users sign in with a recovery code. Throws KeyFileError.
 */
export async function rotateKey(caller: Caller, { isLost }: { isLost: boolean }): Promise<{ encrypted: number; unreadable: number }> {
  requireOperator(caller);
  const file = config().secretKeyFile;
  const present = readKeyFile(file) ?? [];
  const current = await currentKeyId();
  if (!isLost && current !== null && !present.some(({ id }) => id === current)) {
    throw new KeyFileError(`${file} doesn’t have the key that encrypts secrets in this database. If it is lost, add --lost.`);
  }
  const key = newKey();
  writeKeyFile(file, [key, ...present]);
  await commit(caller, (tx) => ({ used: useKey(tx, key) }));
  const result = await encryptAllWith(caller, key);
  writeKeyFile(file, [key]);
  forgetKeys();
  return result;
}

async function encryptAllWith(caller: Caller, key: SecretKey): Promise<{ encrypted: number; unreadable: number }> {
  const result = { encrypted: 0, unreadable: 0 };
  for (let after = 0; ; ) {
    const rows = await db()
      .select()
      .from(totpSecrets)
      .where(and(ne(totpSecrets.keyId, key.id), sql`${totpSecrets.userId} > ${after}`))
      .orderBy(totpSecrets.userId)
      .limit(ROWS_AT_ONCE);
    const last = rows.at(-1);
    if (!last) return result;
    const readable = rows.flatMap((row) => {
      const secret = unsealed(row);
      return secret ? [{ row, again: sealed(key, row.userId, secret) }] : [];
    });
    await commit(caller, (tx) => ({
      encrypted: readable.map(({ row, again }) =>
        tx
          .update(totpSecrets)
          .set(again)
          .where(and(eq(totpSecrets.userId, row.userId), eq(totpSecrets.secret, row.secret))),
      ),
    }));
    result.encrypted += readable.length;
    result.unreadable += rows.length - readable.length;
    after = last.userId;
  }
}
