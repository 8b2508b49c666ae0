import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { callerFrom, operator } from "#accounts/caller.ts";
import { config } from "#accounts/config.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { db } from "#db/engine.ts";
import { totpSecrets } from "#db/factors-schema.ts";
import { KeyFileError, newKey, readKeyFile, writeKeyFile } from "#db/key-file.ts";
import { freshDatabase, freshFolder, newUser } from "#db/testing.ts";
import { decrypt, encrypt } from "./encryption.ts";
import { rotateKey } from "./key-rotation.ts";
import { forgetKeys, prepareSecretKey } from "./secret-keys.ts";
import { startTotp } from "./totp.ts";
import { findTotpSecret } from "./totp-secrets.ts";

const file = join(freshFolder(), "keys", "secret.key");
process.env.SECRET_KEY_FILE = file;
await freshDatabase();

async function pendingSecret(): Promise<number> {
  const user = await newUser();
  const opened = await openSession(callerFrom("192.0.2.1", null), user, "token");
  assert.ok(opened);
  await startTotp(callerFrom("192.0.2.1", null, opened), {});
  return user.id;
}

test("a secret is decrypted with its key at its place only, and not once it was changed", () => {
  const key = newKey();
  const secret = Buffer.from("12345678901234567890");
  const encrypted = encrypt(key, "row 1", secret);
  assert.deepEqual(decrypt(key, "row 1", encrypted), secret);
  assert.notDeepEqual(encrypt(key, "row 1", secret), encrypted);
  for (const [other, place, text] of [
    [newKey(), "row 1", encrypted],
    [key, "row 2", encrypted],
    [key, "row 1", Buffer.concat([encrypted.subarray(0, -1), Buffer.from([(encrypted.at(-1) ?? 0) ^ 1])])],
    [key, "row 1", encrypted.subarray(0, 20)],
  ] as const) {
    assert.equal(decrypt(other, place, text), null);
  }
});

test("the first start makes the key file for its owner only; another key, a damaged file or none stops later starts", async () => {
  assert.equal(config().secretKeyFile, file);
  await Promise.all([prepareSecretKey(), prepareSecretKey()]);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, "latin1");
  await prepareSecretKey();
  assert.equal(readFileSync(file, "latin1"), text, "a second start changes nothing");
  const present = readKeyFile(file) ?? [];
  for (const [change, sentence] of [
    [() => writeKeyFile(file, [newKey()]), /has another key than the one that encrypts secrets/],
    [() => writeFileSync(file, "x"), /is damaged/],
  ] as const) {
    change();
    await assert.rejects(rereading(), (error) => error instanceof KeyFileError && sentence.test(error.message));
  }
  writeKeyFile(file, [...present, newKey()]);
  await rereading();
  writeFileSync(file, text);
});

/** What a new process does, which has read no key yet. */
async function rereading(): Promise<void> {
  forgetKeys();
  await prepareSecretKey();
}

test("a rotation encrypts every secret anew; with a lost key it says what can't be read, and goes on", async () => {
  const ids = [await pendingSecret(), await pendingSecret()];
  const before = await Promise.all(ids.map(async (id) => (await findTotpSecret(id))?.secret));
  const [old] = readKeyFile(file) ?? [];
  assert.deepEqual(await rotateKey(operator, { isLost: false }), { encrypted: 2, unreadable: 0 });
  const keys = readKeyFile(file) ?? [];
  assert.deepEqual([keys.length, keys[0]?.id === old?.id], [1, false]);
  assert.deepEqual(await Promise.all(ids.map(async (id) => (await findTotpSecret(id))?.secret)), before);
  for (const row of await db().select().from(totpSecrets)) assert.equal(row.keyId, keys[0]?.id);
  await pendingSecret();

  writeKeyFile(file, [newKey()]);
  await assert.rejects(rotateKey(operator, { isLost: false }), KeyFileError);
  forgetKeys();
  assert.deepEqual(await rotateKey(operator, { isLost: true }), { encrypted: 0, unreadable: 3 });
  await prepareSecretKey();
  assert.ok(existsSync(file));
  assert.equal(await findTotpSecret(ids[0] ?? 0), null);
  const [row] = await db()
    .select()
    .from(totpSecrets)
    .where(eq(totpSecrets.userId, ids[0] ?? 0));
  assert.ok(row, "it is kept, should the key turn up again");
});
