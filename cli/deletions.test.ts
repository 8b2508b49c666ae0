import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { operator, type User } from "#accounts/caller.ts";
import { deleteUser } from "#accounts/operator.ts";
import { deleteAgain } from "#accounts/retention/deletions.ts";
import { findUserById } from "#accounts/users/users.ts";
import { engine } from "#db/chosen-engine.ts";
import { deletions } from "#db/deletions-schema.ts";
import { closeDatabase, db } from "#db/engine.ts";
import { users } from "#db/schema.ts";
import { migrateDatabase } from "#db/sqlite/migrate.ts";
import { freshDatabase, freshFolder, newUser } from "#db/testing.ts";
import { CommandError } from "./command.ts";
import { answer } from "./main.ts";

const place = await freshDatabase();
const onSqlite = engine === "sqlite";
Object.assign(process.env, onSqlite ? { DATA_DIR: dirname(place) } : { DATABASE_URL: place });

const isThere = async ({ id }: User) => (await findUserById(id)) !== null;

test("who was deleted since a backup is deleted again by the list that was kept beside it; others stay", async () => {
  const [gone, stays] = [await newUser(), await newUser()];
  const row = await findUserById(gone.id);
  await deleteUser(operator, gone);
  const file = join(freshFolder(), "deletions.json");
  writeFileSync(file, await answer(["deletion", "list", "--json"]));
  assert.match(await answer(["deletion", "list"]), new RegExp(`^ID .*\\n${gone.id} `));

  await db().delete(deletions); // as in a backup from before
  await db()
    .insert(users)
    .values(row ?? assert.fail());
  assert.deepEqual(JSON.parse(await answer(["deletion", "repeat", file, "--json"])), { deleted_again: 1 });
  assert.deepEqual([await isThere(gone), await isThere(stays)], [false, true]);
  assert.match(await answer(["deletion", "repeat", file]), /^Deleted again: 0. On the list: 1.$/);
});

test("somebody else who got the same id after a restore isn’t taken for the deleted one", async () => {
  const gone = await newUser();
  await deleteUser(operator, gone);
  const other = await newUser({ id: gone.id, createdAt: gone.createdAt + 1 });
  assert.equal(await deleteAgain(), 0);
  assert.ok(await isThere(other));
});

test("a file that is no such list is refused, and nothing is deleted", async () => {
  const file = join(freshFolder(), "list.json");
  for (const wrong of ["", "{}", '{"deletions":[{"user_id":"1"}]}', '{"deletions":[{"user_id":1,"registered_at":"x","deleted_at":"x"}]}']) {
    writeFileSync(file, wrong);
    await assert.rejects(answer(["deletion", "repeat", file]), CommandError, wrong);
  }
});

/** PostgreSQL has backups of its own. */
const afterRestore = async () => {
  const [gone, stays] = [await newUser(), await newUser()];
  const backup = join(freshFolder(), "backup.db");
  await answer(["backup", backup]);
  await deleteUser(operator, gone);
  await closeDatabase();
  const { code, stdout, stderr } = await accounts("restore", backup);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Deleted again 1 user who was deleted after the backup\./);
  migrateDatabase(place);
  assert.deepEqual([await isThere(gone), await isThere(stays)], [false, true]);
  assert.equal(await db().$count(deletions, eq(deletions.userId, gone.id)), 1);
};
if (onSqlite) test("a restore deletes again who was deleted after the backup, by the list in the database that it replaces", afterRestore);

async function accounts(...words: string[]) {
  const env = { NODE_ENV: "production" as const, DATA_DIR: dirname(place) };
  const child = spawn(process.execPath, [resolve("cli/accounts.js"), ...words], { env });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, stdout, stderr };
}
