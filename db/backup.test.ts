import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import Database from "better-sqlite3";
import { backUp, markServing, restore } from "./backup.ts";
import { closeDatabase, db } from "./client.ts";
import { migrateDatabase } from "./migrate.ts";
import { users } from "./schema.ts";
import { transact } from "./statements.ts";
import { freshFolder, newUser } from "./testing.ts";

const FULL = 2;

/** Notes of every connection that is used from now on how it syncs, at the latest moment before it closes. */
function watchConnections(): () => { file: string; readonly: boolean; synchronous: unknown }[] {
  const { prepare, exec, pragma, close } = Database.prototype;
  const met = new Map<Database.Database, unknown>();
  const look = (client: Database.Database) => void met.set(client, client.open && pragma.call(client, "synchronous", { simple: true }));
  Object.assign(Database.prototype, {
    prepare(this: Database.Database, ...words: Parameters<typeof prepare>) {
      if (!met.has(this)) met.set(this, null);
      return prepare.apply(this, words);
    },
    exec(this: Database.Database, sql: string) {
      if (!met.has(this)) met.set(this, null);
      return exec.call(this, sql);
    },
    close(this: Database.Database) {
      if (this.open) look(this);
      return close.call(this);
    },
  });
  return () => {
    for (const client of met.keys()) if (client.open) look(client);
    Object.assign(Database.prototype, { prepare, exec, close });
    return [...met].map(([{ name, readonly }, synchronous]) => ({ file: name, readonly, synchronous }));
  };
}

test("every connection that can write syncs at each commit: starting, migrating, backing up, restoring", async () => {
  const folder = freshFolder();
  const [file, copy] = [join(folder, "latchkey.db"), join(folder, "copy")];
  const connections = watchConnections();
  migrateDatabase(file);
  markServing(join(folder, "served.db"));
  const { id } = newUser();
  await transact((tx) => ({ users: tx.update(users).set({ bio: "kept" }) }));
  backUp(file, copy);
  closeDatabase();
  migrateDatabase(file); // stays open, so that the restore meets a -wal
  newUser();
  restore(copy, file);
  closeDatabase();
  migrateDatabase(file);
  assert.equal(db().$client.prepare("SELECT bio FROM users WHERE id = ?").pluck().get(id), "kept");
  closeDatabase();

  const seen = connections();
  for (const ending of ["latchkey.db", ".migrating", ".serving", ".part"]) {
    assert.ok(
      seen.some((one) => one.file.endsWith(ending) && !one.readonly),
      `no connection to ${ending} was seen`,
    );
  }
  assert.deepEqual(
    seen.filter((one) => !one.readonly && one.synchronous !== FULL),
    [],
  );
});
