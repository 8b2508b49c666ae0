import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import Database from "better-sqlite3";
import { deletions } from "../deletions-schema.ts";
import { closeDatabase } from "../engine.ts";
import { users } from "../schema.ts";
import { transact } from "../statements.ts";
import { freshFolder, killedAtEachStep, newUser } from "../testing.ts";
import { backUp, restore } from "./backup.ts";
import { BackupError } from "./backup-error.ts";
import { connection } from "./engine.ts";
import { migrateDatabase } from "./migrate.ts";
import { markServing } from "./serving.ts";

const FULL = 2;

/** Closes the database as kill -9 would: what was committed last is in the log alone. */
async function keepLog(file: string): Promise<void> {
  for (const ending of ["", "-wal"]) copyFileSync(file + ending, `${file}-killed${ending}`);
  await closeDatabase();
  for (const ending of ["", "-wal"]) renameSync(`${file}-killed${ending}`, file + ending);
}

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
  const { id } = await newUser();
  await transact((tx) => ({ users: tx.update(users).set({ bio: "kept" }) }));
  backUp(file, copy);
  await closeDatabase();
  migrateDatabase(file);
  await newUser();
  await keepLog(file);
  restore(copy, file);
  migrateDatabase(file);
  assert.equal(connection().prepare("SELECT bio FROM users WHERE id = ?").pluck().get(id), "kept");
  await closeDatabase();

  const seen = connections();
  for (const ending of ["latchkey.db", ".first", ".serving", ".part"]) {
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

/** A database with one user of this biography, closed. */
async function databaseWith(bio: string, file = join(freshFolder(), "latchkey.db")): Promise<string> {
  migrateDatabase(file);
  await newUser({ bio });
  await closeDatabase();
  return file;
}

/** The biographies in a database file. */
function biosIn(file: string): unknown[] {
  const client = new Database(file, { readonly: true });
  const found = client.prepare("SELECT bio FROM users ORDER BY id").pluck().all();
  client.close();
  return found;
}

function deletedIn(file: string): unknown[] {
  const client = new Database(file, { readonly: true });
  const found = client.prepare("SELECT user_id FROM deletions").pluck().all();
  client.close();
  return found;
}

const keptOf = (file: string) =>
  readdirSync(dirname(file))
    .filter((name) => /\.before-restore-\d+$/.test(name))
    .sort()
    .map((name) => join(dirname(file), name));

test("every restore keeps the previous database under a new number, including its log", async () => {
  const [backup, file] = [await databaseWith("backup"), await databaseWith("first")];
  migrateDatabase(file);
  await newUser({ bio: "in the log alone" });
  await keepLog(file);
  assert.equal(restore(backup, file), `${file}.before-restore-1`);
  await databaseWith("second", file);
  writeFileSync(`${file}.before-restore-7`, "of somebody else");
  assert.equal(restore(backup, file), `${file}.before-restore-8`);
  assert.deepEqual(biosIn(`${file}.before-restore-1`), ["first", "in the log alone"]);
  assert.deepEqual(biosIn(`${file}.before-restore-8`), ["backup", "second"]);
  assert.deepEqual(biosIn(file), ["backup"]);
  assert.equal(restore(`${file}.before-restore-1`, file), `${file}.before-restore-9`, "a kept database is a backup too");
  assert.deepEqual(biosIn(file), ["first", "in the log alone"]);
});

test("mails that waited in a backup are given up by a restore: they were sent since", async () => {
  const backup = await databaseWith("backup");
  const client = new Database(backup);
  const columns = "kind, recipient, subject, text, created_at, give_up_at, next_attempt_at, sent_at";
  client.exec(`INSERT INTO emails (${columns}) VALUES ('waiting', 'r', 's', 't', 1, 2, 3, NULL), ('sent', 'r', 's', NULL, 1, 2, NULL, 3)`);
  client.close();
  const file = join(freshFolder(), "latchkey.db");
  restore(backup, file);
  const restored = new Database(file, { readonly: true });
  const mails = restored.prepare("SELECT kind, next_attempt_at AS next, failed_at > 3 AS failed, last_error AS error FROM emails").all();
  restored.close();
  assert.deepEqual(mails, [
    { kind: "waiting", next: null, failed: 1, error: "restored" },
    { kind: "sent", next: null, failed: null, error: null },
  ]);
});

test("the links of a backup end with its restore: they may have been used since", async () => {
  const backup = await databaseWith("backup");
  const client = new Database(backup);
  client.exec(`INSERT INTO links (token_hash, purpose, user_id, email, email_canonical, created_at, expires_at)
    SELECT x'00', 'reset', id, email, email_canonical, 1, 9007199254740991 FROM users`);
  client.close();
  const file = join(freshFolder(), "latchkey.db");
  restore(backup, file);
  const restored = new Database(file, { readonly: true });
  assert.deepEqual(restored.prepare("SELECT purpose FROM links").all(), []);
  restored.close();
});

test("a backup of a version that had no mails is restored too", async () => {
  const backup = await databaseWith("backup");
  const client = new Database(backup);
  client.exec("DROP TABLE emails");
  client.close();
  assert.equal(restore(backup, join(freshFolder(), "latchkey.db")), null);
});

test("a damaged or missing database can be replaced; its remains are kept, and its log isn't applied to the new one", async () => {
  const backup = await databaseWith("backup");
  for (const damage of [
    (file: string) => writeFileSync(file, "no database any more".repeat(300)),
    (file: string) => truncateSync(file, 0),
    (file: string) => rmSync(file),
  ]) {
    const file = await databaseWith("lost");
    migrateDatabase(file);
    await newUser({ bio: "in the log" });
    await keepLog(file);
    const log = readFileSync(`${file}-wal`);
    damage(file);
    const kept = restore(backup, file);
    assert.deepEqual(readFileSync(`${kept}-wal`), log);
    migrateDatabase(file);
    await closeDatabase();
    assert.deepEqual(biosIn(file), ["backup"]);
  }
});

test("a restore that is killed at any step leaves the old database or the new one, which knows who was deleted, or a start that says what to do; nothing is lost", async () => {
  const backup = await databaseWith("new");
  const origin = await databaseWith("old");
  migrateDatabase(origin);
  await transact((tx) => ({ deleted: tx.insert(deletions).values({ userId: 99, registeredAt: 1, deletedAt: 2 }) }));
  await keepLog(origin);
  let [refused, old, restored] = [0, 0, 0];
  const states = killedAtEachStep(dirname(origin), () => restore(backup, origin));
  for (const [step, state] of states.entries()) {
    const file = join(state, "latchkey.db");
    try {
      migrateDatabase(file);
      await closeDatabase();
      const [bio] = biosIn(file);
      if (bio === "old") old++;
      else if (bio === "new" && biosIn(keptOf(file)[0] ?? "")[0] === "old" && deletedIn(file).includes(99)) restored++;
      else assert.fail(`killed at step ${step}: ${bio}`);
    } catch (error) {
      assert.match((error as Error).message, /cut off.*Run the restore again/s, `killed at step ${step}`);
      refused++;
    }
    restore(backup, file);
    assert.deepEqual(biosIn(file), ["new"]);
    assert.deepEqual(deletedIn(file), [99], "and knows who was deleted meanwhile");
    assert.ok(
      keptOf(file).some((kept) => biosIn(kept)[0] === "old"),
      `killed at step ${step}: the old database is lost`,
    );
  }
  assert.ok(refused > 3 && old > 0 && restored > 0, `${refused} refused, ${old} old, ${restored} new`);
});

test("only a whole backup of Latchkey is restored, and a refused restore leaves a folder as it was", async () => {
  const file = await databaseWith("present");
  const [text, foreign, short, empty] = ["text", "foreign.db", "short.db", "empty.db"].map((name) => join(freshFolder(), name));
  writeFileSync(text ?? "", "no database, only text that is long enough".repeat(10));
  new Database(foreign).exec("CREATE TABLE photos (id)").close();
  copyFileSync(file, short ?? "");
  truncateSync(short ?? "", 8_192);
  writeFileSync(empty ?? "", "");
  const [folder, elsewhere] = [freshFolder(), await databaseWith("elsewhere")];
  for (const wrong of [text, foreign, short, empty, join(folder, "none")]) {
    assert.throws(
      () => restore(wrong ?? "", join(folder, "latchkey.db")),
      (error) => error instanceof BackupError && !/DATA_DIR|accounts restore|move it away/.test(error.message),
      "no advice that belongs to a damaged database",
    );
    assert.deepEqual(readdirSync(folder), [], "still fit for a first start");
    assert.throws(() => restore(wrong ?? "", elsewhere), BackupError);
    assert.deepEqual(readdirSync(dirname(elsewhere)), [basename(elsewhere)]);
  }
});

test("another program's database is neither backed up nor replaced", async () => {
  const [backup, file] = [await databaseWith("backup"), join(freshFolder(), "latchkey.db")];
  new Database(file).exec("PRAGMA journal_mode = WAL; CREATE TABLE photos (id)").close();
  const before = readFileSync(file);
  assert.throws(() => restore(backup, file), /belongs to another program/);
  assert.throws(() => backUp(file, join(freshFolder(), "copy")), /belongs to another program/);
  assert.deepEqual(readFileSync(file), before);
  assert.deepEqual(readdirSync(dirname(file)), ["latchkey.db"]);
});

test("a restore is refused while any other program has the database open", async () => {
  const [backup, file] = [await databaseWith("backup"), await databaseWith("present")];
  migrateDatabase(file);
  assert.throws(() => restore(backup, file), /has this database open/);
  await closeDatabase();
  assert.deepEqual(biosIn(file), ["present"]);
});

test("a backup says what is wrong with its place, and leaves nothing there", async () => {
  const file = await databaseWith("present");
  const folder = freshFolder();
  writeFileSync(join(folder, "taken"), "");
  assert.throws(() => backUp(file, join(folder, "taken")), /already exists/);
  assert.throws(() => backUp(file, join(folder, "none/copy")), /The folder .*none does not exist/);
  assert.throws(() => backUp(file, join(folder, "taken/copy")), BackupError);
  assert.throws(() => backUp(join(folder, "latchkey.db"), join(folder, "copy")), /There is no database/);
  writeFileSync(join(folder, "latchkey.db"), "");
  assert.throws(() => backUp(join(folder, "latchkey.db"), join(folder, "copy")), /There is no database/);
  assert.deepEqual(readdirSync(folder).sort(), ["latchkey.db", "taken"]);
  assert.ok(existsSync(file));
});
