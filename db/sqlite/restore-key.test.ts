import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { closeDatabase } from "../engine.ts";
import { freshFolder, newUser } from "../testing.ts";
import { backUp, lostSecrets, restore } from "./backup.ts";
import { connection } from "./engine.ts";
import { migrateDatabase } from "./migrate.ts";

test("a restore without the key of secrets counts what is lost, and lets the next start have another key; no browser stays trusted", async () => {
  const folder = freshFolder();
  const [file, copy] = [join(folder, "latchkey.db"), join(folder, "copy")];
  migrateDatabase(file);
  const { id } = await newUser({ totpSince: 1 });
  const other = await newUser();
  const run = (sql: string, ...values: unknown[]) =>
    connection()
      .prepare(sql)
      .run(...values);
  for (const userId of [id, other.id]) {
    run("INSERT INTO totp_secrets (user_id, secret, key_id, created_at) VALUES (?, ?, 'ours', 1)", userId, Buffer.from("sealed"));
  }
  run("INSERT INTO secret_keys VALUES (1, 'ours', 1)");
  run("INSERT INTO known_devices VALUES (?, 'browser', 1, 9e12)", id);
  backUp(file, copy);
  assert.ok(!readFileSync(copy).includes("secret.key"));
  await closeDatabase();
  for (const [keyIds, lost, key] of [
    [["ours", "older"], 0, "ours"],
    [["another"], 1, undefined],
    [[], 1, undefined],
  ] as const) {
    restore(copy, file, [...keyIds]);
    assert.equal(lostSecrets(file, [...keyIds]), lost, "only an app that is in force counts");
    migrateDatabase(file);
    const read = (sql: string) => connection().prepare(sql).pluck().get();
    assert.equal(read("SELECT key_id FROM secret_keys"), key);
    assert.equal(read("SELECT trusted_until FROM known_devices"), null);
    assert.equal(read("SELECT count(*) FROM totp_secrets"), 2, "they can be read again once their key is there");
    await closeDatabase();
  }
});
