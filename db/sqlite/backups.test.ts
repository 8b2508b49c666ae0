import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import Database from "better-sqlite3";
import { type BackupPlan, backupState, isBackupDue, readBackupRecord } from "../backups.ts";
import { closeDatabase } from "../engine.ts";
import { freshFolder, newUser } from "../testing.ts";
import { backUp, restore } from "./backup.ts";
import { checkCopy, markOf } from "./backup-check.ts";
import { BackupError } from "./backup-error.ts";
import { backUpIfDue } from "./backup-schedule.ts";
import { backUpSealed, lockBackups, withPlainBackup } from "./backups.ts";
import { migrateDatabase } from "./migrate.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 23, 3);
const PASSPHRASE = "seven otters on three rafts";

/** A database with a user, and a plan for its backups. */
async function planned(more: Partial<BackupPlan> = {}): Promise<BackupPlan> {
  const databaseFile = join(freshFolder(), "latchkey.db");
  migrateDatabase(databaseFile);
  await newUser();
  await closeDatabase();
  return { databaseFile, dir: join(dirname(databaseFile), "backups"), everyHours: 24, keep: 3, passphraseFile: null, ...more };
}

function passphraseFile(text = `${PASSPHRASE}\n`): string {
  const file = join(freshFolder(), "passphrase");
  writeFileSync(file, text);
  return file;
}

const usersIn = (file: string) => {
  const client = new Database(file, { readonly: true });
  try {
    return client.prepare("SELECT count(*) FROM users").pluck().get();
  } finally {
    client.close();
  }
};

test("a backup is made when one is due, says what is in it, and only the latest ones are kept", async () => {
  const plan = await planned();
  const record = (await backUpIfDue(plan, START)) ?? assert.fail();
  const file = join(plan.dir, "latchkey-2026-11-23T03-00-00Z.db");
  assert.deepEqual(record, { made: { at: START, file, bytes: statSync(file).size, users: 1, sessions: 0 }, failed: null });
  assert.deepEqual([statSync(file).mode & 0o777, statSync(plan.dir).mode & 0o777, usersIn(file)], [0o600, 0o700, 1]);
  assert.deepEqual(readBackupRecord(plan.databaseFile), record);
  assert.equal(await backUpIfDue(plan, START + 24 * HOUR - 1), null);

  writeFileSync(join(plan.dir, "latchkey-by-hand.db"), "not ours");
  for (let day = 1; day <= 4; day++) assert.ok((await backUpIfDue(plan, START + day * 24 * HOUR))?.made);
  assert.deepEqual(readdirSync(plan.dir), [
    "latchkey-2026-11-25T03-00-00Z.db",
    "latchkey-2026-11-26T03-00-00Z.db",
    "latchkey-2026-11-27T03-00-00Z.db",
    "latchkey-by-hand.db",
  ]);
});

test("a backup that fails is on record with its reason, deletes no older one, and is made again 10 minutes later", async () => {
  const plan = await planned({ keep: 1 });
  await backUpIfDue(plan, START);
  const broken = { ...plan, dir: join(freshFolder(), "not-mounted") };
  const failed = await backUpIfDue(broken, START + 24 * HOUR);
  assert.match(failed?.failed?.reason ?? "", /^The folder \S+not-mounted does not exist\./);
  assert.equal(failed?.made?.at, START);
  assert.equal(backupState(plan, START + 24 * HOUR), "failed");
  assert.equal(readdirSync(plan.dir).length, 1);
  assert.equal(await backUpIfDue(plan, START + 24 * HOUR + HOUR / 7), null);
  assert.equal((await backUpIfDue(plan, START + 24 * HOUR + HOUR / 6))?.failed, null);
  assert.equal(backupState(plan, START + 25 * HOUR), "ok");
});

test("the state says if there is no recent backup", async () => {
  const plan = await planned();
  assert.deepEqual([backupState(null, START), backupState(plan, START)], ["off", "late"]);
  await backUpIfDue(plan, START);
  assert.deepEqual(
    [1, 47, 48].map((hours) => backupState(plan, START + hours * HOUR)),
    ["ok", "ok", "late"],
  );
  assert.ok(isBackupDue(readBackupRecord(plan.databaseFile), plan, START - 1), "the clock was set back");
});

test("while one process makes a backup, no other one does", async () => {
  const plan = await planned();
  const lock = lockBackups(plan.databaseFile);
  assert.equal(await backUpIfDue(plan, START), null);
  lock?.release();
  const both = await Promise.all([backUpIfDue(plan, START), backUpIfDue(plan, START)]);
  assert.equal(both.filter(Boolean).length, 1);
});

test("what a killed process left is deleted", async () => {
  const plan = await planned({ passphraseFile: passphraseFile() });
  mkdirSync(plan.dir);
  for (const left of [join(plan.dir, "latchkey-2026-11-22T03-00-00Z.db.age.part"), join(dirname(plan.databaseFile), "backup.part")]) {
    writeFileSync(left, "half");
  }
  await backUpIfDue(plan, START);
  assert.deepEqual(readdirSync(plan.dir), ["latchkey-2026-11-23T03-00-00Z.db.age"]);
  assert.ok(!existsSync(join(dirname(plan.databaseFile), "backup.part")));
});

test("an encrypted backup shows nothing, and is restored with its passphrase only", async () => {
  const plan = await planned({ passphraseFile: passphraseFile() });
  const { made } = (await backUpIfDue(plan, START)) ?? {};
  const file = made?.file ?? assert.fail();
  const bytes = readFileSync(file);
  assert.ok(bytes.toString("latin1").startsWith("age-encryption.org/v1\n-> scrypt "));
  for (const word of ["SQLite format", "users", "example.org"]) assert.ok(!bytes.includes(word), word);
  assert.deepEqual([made?.users, statSync(file).mode & 0o777], [1, 0o600]);

  const target = join(freshFolder(), "latchkey.db");
  const restoreWith = (passphrase: string | null, sealed = file) =>
    withPlainBackup(sealed, target, passphrase, (plain) => restore(plain, target));
  const refused = (pattern: RegExp) => (error: unknown) => error instanceof BackupError && pattern.test(error.message);
  await assert.rejects(restoreWith(null), refused(/is encrypted\. Name the file with its passphrase/));
  await assert.rejects(
    restoreWith(passphraseFile("seven otters on four rafts")),
    refused(/the passphrase is wrong, or the file is damaged/),
  );
  await assert.rejects(restoreWith(passphraseFile("short\n")), refused(/at least 16 characters/));
  await assert.rejects(restoreWith(join(freshFolder(), "none")), refused(/cannot be read \(ENOENT\)/));
  const damaged = join(freshFolder(), "damaged.age");
  writeFileSync(damaged, bytes.with(bytes.length - 100, (bytes.at(-100) ?? 0) ^ 1));
  await assert.rejects(restoreWith(plan.passphraseFile, damaged), refused(/or the file is damaged/));
  assert.ok(!existsSync(target));
  await restoreWith(plan.passphraseFile);
  assert.equal(usersIn(target), 1);
  assert.ok(!readdirSync(dirname(target)).includes("backup.part"));
});

test("a backup by hand may be encrypted too, and never replaces a file", async () => {
  const { databaseFile } = await planned();
  const target = join(freshFolder(), "copy.age");
  assert.equal((await backUpSealed(databaseFile, target, passphraseFile())).users, 1);
  await assert.rejects(backUpSealed(databaseFile, target, passphraseFile()), /already exists/);
});

test("a copy that lacks something is refused", async () => {
  const { databaseFile } = await planned();
  const copy = join(freshFolder(), "copy.db");
  backUp(databaseFile, copy);
  const original = new Database(databaseFile);
  const mark = markOf(original);
  original.close();
  assert.equal(checkCopy(copy, mark).users, 1);
  assert.throws(() => checkCopy(copy, new Map([...mark, ["users", 2]])), /rows of the table “users” are missing/);
  const torn = new Database(copy);
  torn.pragma("foreign_keys = OFF");
  torn.exec("INSERT INTO known_devices (user_id, device_hash, last_login_at) VALUES (77, 'x', 1)");
  torn.close();
  assert.throws(() => checkCopy(copy, mark), /rows refer to rows that are not in it/);
  const bytes = readFileSync(copy);
  writeFileSync(copy, bytes.fill(0x55, 4096 * 3, 4096 * 4));
  assert.throws(() => checkCopy(copy, mark), /SQLite finds it damaged|malformed/);
  chmodSync(copy, 0o600);
  rmSync(copy);
});
