import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { freshPostgres } from "#db/postgres/testing.ts";
import { freshFolder } from "#db/testing.ts";
import { CommandError } from "./command.ts";
import { answer } from "./main.ts";

const OPEN = `
  const { newUser } = await import("./db/testing.ts");
  const { openSession } = await import("./accounts/sessions/opening.ts");
  const { callerFrom } = await import("./accounts/caller.ts");
  const user = await newUser({ username: "moved.person" });
  const { token } = await openSession(callerFrom("192.0.2.7", "curl/8.5.0"), user, "token");
  process.stdout.write(token);`;

const FIND = `
  const { findSession } = await import("./accounts/sessions/sessions.ts");
  const found = await findSession(process.argv[1]);
  process.stdout.write(found ? found.user.username : "nobody");`;

test("a token that worked before the move works after it, and after the move back", async () => {
  const [first, last] = [join(freshFolder(), "data"), join(freshFolder(), "data")];
  const url = await freshPostgres();
  const token = await asService({ DATA_DIR: first }, OPEN);
  const there = await accounts({ DATA_DIR: first }, "move", "--to", url);
  assert.deepEqual(
    [there.code, there.stdout.split(".")[0]],
    [0, "Moved everything (users: 1, sessions: 1), and nobody has to sign in again"],
  );
  assert.match(there.stderr, /^copied users: 1 of 1$.*^compared users: 1 of 1$/ms);
  assert.ok(!there.stdout.includes(new URL(url).password));
  assert.equal(await asService({ DATABASE_URL: url }, FIND, token), "moved.person");
  const back = await accounts({ DATABASE_URL: url }, "move", "--to", last);
  assert.equal(back.code, 0, back.stderr);
  assert.match(back.stdout, /Remove DATABASE_URL, set DATA_DIR to /);
  assert.equal(await asService({ DATA_DIR: last }, FIND, token), "moved.person");
  assert.equal(statSync(join(last, "latchkey.db")).mode & 0o777, 0o600);
});

test("nothing moves while a server has the database open", async () => {
  const [folder, other] = [join(freshFolder(), "data"), freshFolder()];
  const url = await freshPostgres();
  const moves: [settings: Record<string, string>, to: string][] = [
    [{ DATA_DIR: folder }, url],
    [{ DATABASE_URL: url }, other],
  ];
  for (const [settings, to] of moves) {
    const server = spawn(process.execPath, scriptWith('process.stdout.write("open"); await once(process.stdin.resume(), "end");'), {
      env: { NODE_ENV: "production", ...settings },
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(server.stdout, "data");
    const { code, stderr } = await accounts(settings, "move", "--to", to);
    assert.equal(code, 1);
    assert.match(stderr, /^A server is running on .*Stop it first.*\n$/);
    const gone = once(server, "exit");
    server.stdin.end();
    await gone;
  }
});

test("a move that is refused says why in a sentence", async () => {
  const [empty, url] = [freshFolder(), await freshPostgres()];
  const none = await accounts({ DATA_DIR: empty }, "move", "--to", url);
  assert.deepEqual([none.code, none.stderr, none.stdout], [1, `There is no database in ${empty}.\n`, ""]);
  const wrong = await accounts({ DATABASE_URL: url.replace(/:\w+@/, ":wrong@") }, "move", "--to", empty);
  assert.match(wrong.stderr, /^The database 127\.0\.0\.1:\d+\/\w+ can't be used: the server refuses the role or its password\..*\n$/);
  const kind = await accounts({ DATABASE_URL: url }, "move", "--to", "mysql://db.example.org/x");
  assert.match(kind.stderr, /^--to takes postgres:\/\/… or a folder\.\n$/);
  await assert.rejects(answer(["move"]), (error) => error instanceof CommandError && /Say where to/.test(error.message));
});

/** Runs a piece of code in a process that has the database open, and returns what it prints. */
async function asService(settings: Record<string, string>, code: string, ...words: string[]): Promise<string> {
  const { stdout, stderr, code: status } = await run(settings, [...scriptWith(code), ...words]);
  assert.equal(status, 0, stderr);
  return stdout;
}

function scriptWith(code: string): string[] {
  const script = `
    import { once } from "node:events";
    const { startDatabase, stopDatabase, requireStorage } = await import("./db/lifecycle.ts");
    const { config } = await import("./accounts/config.ts");
    await startDatabase(config(), { serving: true });
    await requireStorage();
    ${code}
    await stopDatabase();`;
  return ["--import", "./db/runtime.js", "--input-type=module", "-e", script];
}

const accounts = (settings: Record<string, string>, ...words: string[]) => run(settings, [resolve("cli/accounts.js"), ...words]);

async function run(settings: Record<string, string>, words: string[]) {
  const env = { NODE_ENV: "production" as const, DATA_DIR: join(dirname(freshFolder()), "none"), ...settings };
  const child = spawn(process.execPath, words, { env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, stdout, stderr };
}
