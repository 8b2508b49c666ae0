import assert from "node:assert/strict";
import { copyFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { closeDatabase } from "../engine.ts";
import { StorageError } from "../errors.ts";
import { users } from "../schema.ts";
import { transact } from "../statements.ts";
import { freshFolder, newUser } from "../testing.ts";
import { lostFile, noteWrite, storageWorks } from "./condition.ts";
import { connection } from "./engine.ts";
import { migrateDatabase } from "./migrate.ts";

afterEach(closeDatabase);

async function openFresh(): Promise<string> {
  const file = join(freshFolder(), "latchkey.db");
  migrateDatabase(file);
  await newUser();
  return file;
}

const write = () => transact((tx) => ({ users: tx.update(users).set({ bio: "written" }) }));

for (const ending of ["", "-wal", "-shm"]) {
  test(`nothing is acknowledged once latchkey.db${ending} is not the file that is open, until it is back`, async () => {
    const file = (await openFresh()) + ending;
    await write();
    renameSync(file, `${file}.away`);
    await assert.rejects(write(), StorageError);
    assert.equal(storageWorks(connection()), false);
    copyFileSync(`${file}.away`, file);
    await assert.rejects(Promise.all([write(), write()]), StorageError);
    assert.equal(lostFile(), file, "a copy in its place is another file");
    renameSync(`${file}.away`, file);
    await write();
    assert.equal(lostFile(), null);
  });
}

test("a deleted folder is noticed too", async () => {
  const file = await openFresh();
  rmSync(dirname(file), { recursive: true });
  await assert.rejects(write(), StorageError);
});

test("a failed write counts for a moment, and then a test write decides", async () => {
  await openFresh();
  await write();
  assert.equal(storageWorks(connection()), true);
  noteWrite(new StorageError("the disk is full"));
  assert.equal(storageWorks(connection()), false);
  noteWrite();
  assert.equal(storageWorks(connection()), false, "one that succeeds beside others that fail does not hide them");
  await sleep(3_100);
  assert.equal(storageWorks(connection()), true);
  noteWrite(new TypeError("a fault of ours"));
  assert.equal(storageWorks(connection()), true, "that is not the disk's");
});

test("a disk that refuses writes is noticed without a commit", async () => {
  await openFresh();
  connection().pragma("query_only = ON"); // as good as a read-only disk
  noteWrite(new StorageError("read-only"));
  await sleep(3_100);
  assert.equal(storageWorks(connection()), false);
  connection().pragma("query_only = OFF");
  await sleep(3_100);
  assert.equal(storageWorks(connection()), true);
});
