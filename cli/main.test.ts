import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { callerFrom, operator, type User } from "#accounts/caller.ts";
import { findUser } from "#accounts/operator.ts";
import { resetPassword } from "#accounts/passwords/reset.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { publicUser } from "#accounts/users/users.ts";
import { freshDatabase, freshFolder, newUser, PASSWORD } from "#db/testing.ts";
import { CommandError } from "./command.ts";
import { answer } from "./main.ts";

// This process has the database open like a running server; every command is a process of its own.
const dataDir = dirname(await freshDatabase());
const client = () => callerFrom("192.0.2.7", "curl/8.5.0");

test("every level has help, which needs no database", async () => {
  const missing = join(freshFolder(), "none");
  const { code, stdout, stderr } = await accounts(["--help"], { dataDir: missing });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  for (const words of [
    "user create | show | list | edit | unlock | suspend | activate | deactivate | link | reset-factors | export | import | delete",
    "session list | revoke",
    "audit list",
  ]) {
    assert.ok(stdout.includes(words), words);
  }
  assert.match(await answer(["session", "--help"]), /^Usage: accounts session VERB …\n.*revoke \[ID\.\.\.\]/s);
  const help = await answer(["user", "create", "-h"]);
  assert.match(
    help,
    /^Usage: accounts user create --email ADDRESS --username NAME \[options\]\n.*--password-stdin.*\n\nExamples:\n {2}npx accounts user create --email/s,
  );
  assert.equal(await answer(["help", "user", "create"]), help);
  assert.equal(await answer(["help"]), stdout.trimEnd());
  assert.match(await answer(["--version"]), /^Latchkey \d+\.\d+\.\d+$/);
  assert.ok(!/--password [A-Z]/.test(help), "a password is never an argument");
  assert.ok(!existsSync(missing));
});

test("a wrong command is refused with one sentence on stderr, and exit code 1", async () => {
  const { code, stdout, stderr } = await accounts(["user", "show", "1", "--jsn"]);
  assert.deepEqual({ code, stdout, stderr }, { code: 1, stdout: "", stderr: "Unknown option '--jsn'.\n" });
});

test("the sentence about a wrong command names the way", async () => {
  const wrong: [words: string[], sentence: RegExp][] = [
    [
      ["users"],
      /Unknown command “users”. Try: user, session, service-key, key, email, deletion, audit, status, doctor, backup, restore, move\./,
    ],
    [["user", "toString"], /Unknown command “user toString”. Try: create, show/],
    [["user", "show"], /takes one user/],
    [["user", "show", "1", "2"], /takes one user/],
    [["user", "list", "1"], /only options/],
    [["user", "list", "--limit", "0"], /--limit must be a whole number/],
    [["user", "list", "--cursor", "1e3"], /--cursor must be a whole number/],
    [["session", "list"], /Name the user with --user/],
    [["session", "revoke"], /by their ids, or all of a user/],
    [["session", "revoke", "--all"], /by their ids, or all of a user/],
    [["session", "revoke", "--user", "1"], /by their ids, or all of a user/],
    [["session", "revoke", "1", "--user", "1", "--all"], /by their ids, or all of a user/],
    [["session", "revoke", "--everybody", "--user", "1", "--all"], /or those of everybody with --everybody/],
    [["session", "revoke", "1", "--everybody"], /or those of everybody/],
    [["session", "revoke", "--everybody", "--user", "1"], /or those of everybody/],
    [["session", "revoke", "one"], /not the id of a session/],
    [["service-key", "create", "--may", "introspect"], /Name the service with --name/],
    [["service-key", "create", "--name", "shop"], /--may must name some of introspect,read_users/],
    [["service-key", "create", "--name", "shop", "--may", "introspect,everything"], /--may must name some of/],
    [["service-key", "create", "--name", "shop", "--may", "introspect", "--days", "0"], /--days must be a whole number/],
    [["service-key", "revoke", "shop"], /not the id of a service key/],
    [["audit", "list", "--user", "1", "--type", "x"], /--type must be one of user\.registered/],
  ];
  for (const [words, sentence] of wrong) {
    await assert.rejects(answer(words), (error) => error instanceof CommandError && sentence.test(error.message), words.join(" "));
  }
});

test("a DATA_DIR that is a link to nowhere is called that", async () => {
  const link = join(freshFolder(), "link");
  symlinkSync(join(freshFolder(), "unmounted", "disk"), link);
  const { code, stderr } = await accounts(["user", "list"], { dataDir: link });
  assert.equal(code, 1);
  assert.match(stderr, /is a link to .*, which cannot be reached\. Mount its disk/);
});

test("“user link” prints a link with which the user chooses a new password, once", async () => {
  const user = await newUser();
  const said = await answer(["user", "link", user.username, "--for", "reset"]);
  assert.match(said, /^http:\/\/127\.0\.0\.1:8000\/reset-password\/\?token=lkl_\w+\nGive this link to Person-\d+ and to nobody else\./);
  const token = new URL(said.split("\n")[0] ?? "").searchParams.get("token") ?? "";
  await resetPassword(client(), { token, new_password: "Seven otters on 3 rafts" });
  await assert.rejects(resetPassword(client(), { token, new_password: "Nine walruses on 2 skis" }), /link/);
  await assert.rejects(answer(["user", "link", user.username, "--for", "fun"]), /--for must be reset/);
});

test("only “user create” creates a database, and says so", async () => {
  const missing = join(freshFolder(), "none");
  const refused = await accounts(["user", "list"], { dataDir: missing });
  assert.deepEqual([refused.code, refused.stdout], [1, ""]);
  assert.match(refused.stderr, /There is no database in DATA_DIR/);
  await accounts(["user", "create", "--email", "x"], { dataDir: missing, stdin: "" });
  assert.ok(!existsSync(missing), "nor does a create that is refused");
  const words = ["user", "create", "--email", "first@example.org", "--username", "first.user", "--password-stdin"];
  const created = await accounts(words, { dataDir: missing, stdin: `${PASSWORD}\n` });
  assert.deepEqual([created.code, created.stdout], [0, "Created user 1, first.user <first@example.org>, active.\n"]);
  assert.match(created.stderr, /Created a new database/);
});

test("a user created here is like one created on the pages or by the API", async () => {
  const words = [
    "user",
    "create",
    "--email",
    "ada@example.org",
    "--username",
    "ada.lovelace",
    "--bio",
    "Two\nlines",
    "--status",
    "inactive",
    "--json",
  ];
  const { code, stdout } = await accounts([...words, "--password-stdin"], { stdin: `${PASSWORD}\r\n` });
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { user: publicUser((await findUser(operator, "ada.lovelace")) as User) });
  assert.equal((await findUser(operator, "ada.lovelace"))?.status, "inactive");
  await accounts(["user", "activate", "ada.lovelace"]);
  assert.ok(
    await logIn(client(), { email: "ada@example.org", password: PASSWORD }),
    "and the password is what was in the pipe, without its line break",
  );
});

test("the rules are those of pages and API, with every wrong field at once", async () => {
  const words = ["user", "create", "--email", "x", "--username", "-", "--status", "suspended", "--password-stdin"];
  const { code, stdout, stderr } = await accounts(words, { stdin: "short" });
  assert.deepEqual([code, stdout], [1, ""]);
  for (const field of ["email", "username", "status", "password"]) assert.match(stderr, new RegExp(`^ {2}${field}: `, "m"));
  const taken = await newUser();
  const again = ["user", "create", "--email", taken.email, "--username", taken.username, "--password-stdin"];
  assert.match((await accounts(again, { stdin: PASSWORD })).stderr, /email: .*\n.*username: /);
  assert.match(
    (await accounts([...again.slice(0, 3), "new@example.org", ...again.slice(4)], { stdin: "Password1" })).stderr,
    /too easy to guess/,
  );
});

test("without a terminal nobody is asked: a password needs --password-stdin, a deletion --yes", async () => {
  const { id, username } = await newUser();
  const create = await accounts(["user", "create", "--email", "eve@example.org", "--username", "eve.eve"], { stdin: PASSWORD });
  assert.deepEqual([create.code, create.stdout], [1, ""]);
  assert.match(create.stderr, /--password-stdin/);
  const remove = await accounts(["user", "delete", String(id)], { stdin: `${username}\n` });
  assert.equal(remove.code, 1);
  assert.match(remove.stderr, /--yes/);
  assert.ok(await findUser(operator, String(id)));
});

test("a user suspended here is signed out of the running server at once", async () => {
  const user = await newUser();
  const token = await tokenOf(user);
  assert.ok(await findSession(token));
  const { code, stdout } = await accounts(["user", "suspend", user.email.toUpperCase()]);
  assert.deepEqual([code, stdout], [0, `${user.username} is now suspended. Sessions ended: 1.\n`]);
  assert.equal(await findSession(token), null);
  assert.match((await accounts(["user", "suspend", String(user.id)])).stdout, /is already suspended/);
});

test("sessions are listed and ended by id, or all of a user at once", async () => {
  const user = await newUser();
  const tokens = [await tokenOf(user), await tokenOf(user), await tokenOf(user)];
  const listed = JSON.parse((await accounts(["session", "list", "--user", user.username, "--json"])).stdout);
  const ids = listed.sessions.map(({ id }: { id: number }) => id);
  const found = await Promise.all(tokens.map((token) => findSession(token)));
  assert.deepEqual(ids.sort(), found.map((one) => one?.session.id).sort());
  const [first = "", unknown = "12345"] = [String(found[0]?.session.id)];
  const some = await accounts(["session", "revoke", first, unknown]);
  assert.deepEqual([some.code, some.stderr], [1, "There is no session 12345. Sessions ended: 1.\n"]);
  const all = await accounts(["session", "revoke", "--user", user.username, "--all", "--json"]);
  assert.deepEqual([all.code, JSON.parse(all.stdout)], [0, { sessions_ended: 2 }]);
  for (const token of tokens) assert.equal(await findSession(token), null);
});

test("a deleted user is gone, and what remains on record can still be read by id", async () => {
  const user = await newUser();
  await tokenOf(user);
  const { code, stdout } = await accounts(["user", "delete", user.username, "--yes"]);
  assert.deepEqual([code, stdout], [0, `Deleted user ${user.id}, ${user.username}. Sessions ended: 1.\n`]);
  const { events, next_cursor } = JSON.parse(
    (await accounts(["audit", "list", "--user", String(user.id), "--json", "--limit", "1"])).stdout,
  );
  assert.deepEqual([events.length, events[0].type, events[0].ip, next_cursor], [1, "user.deleted", null, String(events[0].id)]);
  const rest = await accounts(["audit", "list", "--user", String(user.id), "--cursor", next_cursor]);
  assert.match(
    rest.stdout,
    /^AT +TYPE +ADDRESS +DEVICE +SESSION +DETAIL\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +session\.opened +— +— +\d+ +—\n$/,
  );
});

test("users are listed in aligned columns and in pages", async () => {
  const [first, second, third] = [await newUser(), await newUser(), await newUser()];
  const { stdout, stderr } = await accounts(["user", "list", "--cursor", String(first.id), "--limit", "1"]);
  assert.match(
    stdout,
    new RegExp(`^ID +USERNAME +EMAIL +STATUS +REGISTERED\n${second.id} +${second.username} .* \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d\n$`),
  );
  assert.equal(stderr, `There are more: --cursor ${second.id}\n`, "not in what a pipe gets");
  const page = JSON.parse((await accounts(["user", "list", "--cursor", String(second.id), "--json"])).stdout);
  assert.deepEqual(page, { users: [publicUser(third)], next_cursor: null });
});

test("what users wrote cannot move the cursor of the operator's terminal", async () => {
  const user = await newUser({ bio: "one\ntwo\u001b[2J\u009b31m\r\u0007" });
  const { stdout } = await accounts(["user", "show", String(user.id)]);
  assert.match(stdout, /^bio +one two \[2J 31m/m);
  assert.ok(!/[^\P{Cc}\n]/u.test(stdout));
});

test("wrong settings are all named, and a folder that cannot be used is said in a sentence", async () => {
  const { code, stderr } = await accounts(["user", "list"], { more: { PORT: "eighty", LOG_LEVEL: "loud" } });
  assert.equal(code, 1);
  assert.match(stderr, /PORT must .*\n.*LOG_LEVEL must /);
  const words = ["user", "create", "--email", "ada@example.com", "--username", "ada.second", "--password-stdin"];
  const blocked = await accounts(words, { dataDir: resolve("package.json"), stdin: PASSWORD });
  assert.deepEqual([blocked.code, blocked.stdout], [1, ""]);
  assert.match(blocked.stderr, /^The database in DATA_DIR \(.*\) cannot be used: .*\n$/);
});

async function tokenOf(user: User): Promise<string> {
  const opened = await openSession(client(), user, "token");
  assert.ok(opened);
  return opened.token;
}

type Surroundings = { dataDir?: string; stdin?: string; more?: Record<string, string> };

async function accounts(words: string[], { dataDir: folder = dataDir, stdin = "", more = {} }: Surroundings = {}) {
  const env = { NODE_ENV: "production" as const, DATA_DIR: folder, ...more };
  const child = spawn(process.execPath, [resolve("cli/accounts.js"), ...words], { cwd: freshFolder(), env });
  child.stdin.on("error", () => {}); // a command that needs no input is gone before it is sent
  child.stdin.end(stdin);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, stdout, stderr };
}
