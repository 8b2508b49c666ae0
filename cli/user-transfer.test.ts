import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { callerFrom, operator } from "#accounts/caller.ts";
import { deleteUser, findUser } from "#accounts/operator.ts";
import { loggedIn } from "#accounts/testing.ts";
import type { RefusedLine } from "#accounts/transfer/import.ts";
import { freshDatabase, freshFolder, newUser, PASSWORD } from "#db/testing.ts";
import { answer } from "./main.ts";

const dataDir = dirname(await freshDatabase());
process.env.DATA_DIR = dataDir;

async function accounts(...words: string[]) {
  const child = spawn(process.execPath, [resolve("cli/accounts.js"), ...words], { env: { NODE_ENV: "production", DATA_DIR: dataDir } });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, stdout, stderr };
}

test("everybody is exported with their passwords, and imported again", async () => {
  const people = await Promise.all(["one", "two", "three"].map((bio) => newUser({ bio })));
  const file = join(freshFolder(), "users.jsonl");
  assert.match(await answer(["user", "export", "--to", file, "--password-hashes"]), /^Users exported to .*users\.jsonl: 3\.$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  for (const user of people) await deleteUser(operator, user);
  assert.equal(await answer(["user", "import", file, "--dry-run"]), "Nothing was changed. Users to be imported: 3. There already: 0.");
  assert.equal(await answer(["user", "import", file]), "Users imported: 3. There already: 0.");
  assert.equal(await answer(["user", "import", file]), "Users imported: 0. There already: 3.");
  for (const { email, username, bio } of people) {
    assert.equal((await findUser(operator, username))?.bio, bio);
    assert.ok(await loggedIn(callerFrom("192.0.2.8", null), { email, password: PASSWORD }));
  }
});

test("one user is printed as JSON, without secrets unless they are asked for", async () => {
  const { username } = await newUser();
  const plain = await answer(["user", "export", username]);
  assert.equal(JSON.parse(plain).username, username);
  assert.ok(!plain.includes("$argon2id$") && !plain.includes("\n"));
  assert.deepEqual(Object.keys(JSON.parse(await answer(["user", "export", username, "--json"]))), Object.keys(JSON.parse(plain)));
  assert.match(await answer(["user", "export", username, "--password-hashes"]), /"password_hash":"\$argon2id\$/);
});

test("an export doesn't replace a file, and needs a user or a file", async () => {
  const file = join(freshFolder(), "there.txt");
  writeFileSync(file, "kept");
  await assert.rejects(answer(["user", "export", "--to", file]), /there\.txt exists already\. Name a new file\./);
  assert.equal(readFileSync(file, "utf8"), "kept");
  await assert.rejects(answer(["user", "export", "--to", "/nowhere/users.jsonl"]), /Can’t write .*: ENOENT\./);
  await assert.rejects(answer(["user", "export"]), /Name a user, or a file for everybody: --to users\.jsonl/);
  await assert.rejects(answer(["user", "export", "1", "2"]), /takes at most one user/);
});

test("refused lines are named on stderr, the others are imported, and the exit code is 1", async () => {
  const file = join(freshFolder(), "users.jsonl");
  const lines = [
    '{"email":"new.person@example.org","username":"new.person"}',
    '{"email":"nobody","username":"new\\u001b[2J","bio":7}',
    '{"email":"x@example.org","username":"other.person","account_status":"banned"}',
  ];
  writeFileSync(file, lines.join("\n"));
  const { code, stdout, stderr } = await accounts("user", "import", file);
  assert.deepEqual([code, stdout], [1, "Users imported: 1. There already: 0.\n"]);
  assert.deepEqual(stderr.split("\n"), [
    "Line 2: email: Enter an email address like name@example.org.",
    "Line 2: username: Use only the letters A to Z, digits, and . _ - in your username, without spaces.",
    "Line 2: bio: This must be text.",
    "Line 3: account_status: This must be “active”, “inactive” or “suspended”.",
    "Without a password: 1. “accounts user link USER” prints a link with which one is chosen.",
    "Lines refused: 2. Correct them and run the command again.",
    "",
  ]);
  const again = await accounts("user", "import", file, "--json");
  assert.equal(again.code, 1);
  const { there_already, lines_refused, refused } = JSON.parse(again.stdout);
  assert.deepEqual([there_already, lines_refused], [1, 2]);
  const named = refused.map(({ line, fields }: RefusedLine) => [line, fields.map(({ field }) => field)]);
  assert.deepEqual(named, [
    [2, ["email", "username", "bio"]],
    [3, ["account_status"]],
  ]);
});

test("a file that isn't there is said in a sentence", async () => {
  await assert.rejects(answer(["user", "import", "/nowhere/users.jsonl"]), /Can’t read \/nowhere\/users\.jsonl: ENOENT\./);
  await assert.rejects(answer(["user", "import", dataDir]), /Can’t read .*: EISDIR\./);
});
