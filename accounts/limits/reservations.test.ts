import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { after, test } from "node:test";
import { callerFrom } from "#accounts/caller.ts";
import { SECOND_MS } from "#accounts/clock.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { passingTime, refusedAs } from "#accounts/testing.ts";
import { engine } from "#db/chosen-engine.ts";
import { StorageError } from "#db/errors.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { withinLimits } from "./admission.ts";
import { limit } from "./limits.ts";
import { giveBack, reserve } from "./reservations.ts";

/* Guesses in several processes on one database, which don't know of each other. */

const FREE = 5;
const PROCESSES = 3;
const GUESSES = 12; // of each
const WRONG = "Wrong horse 7 battery";
const IP = "127.0.0.79";

const database = await freshDatabase();
process.env.PROCESSES = "2"; // this process is not alone either

/** What a process does with the password it is told, and how often it has run Argon2. */
const SCRIPT = `
  import { once } from "node:events";
  import { createRequire } from "node:module";
  const argon2 = createRequire(import.meta.url)("@node-rs/argon2");
  const { hash, verify } = argon2;
  let runs = 0;
  const counted = (run) => (...given) => (runs++, run(...given));
  Object.assign(argon2, { hash: counted(hash), verify: counted(verify) });
  const { callerFrom } = await import("#accounts/caller.ts");
  const { config } = await import("#accounts/config.ts");
  const { requirePassword } = await import("#accounts/passwords/change.ts");
  const { logIn } = await import("#accounts/sessions/log-in.ts");
  const { startDatabase, stopDatabase } = await import("#db/lifecycle.ts");
  await startDatabase(config(), { serving: true });
  process.send("ready");
  for (;;) {
    const [{ email, password, signedIn, times }] = await once(process, "message");
    const check = () => signedIn
      ? requirePassword(callerFrom("${IP}", "curl/8.5.0", signedIn), password)
      : logIn(callerFrom("${IP}", "curl/8.5.0"), { email, password });
    const ends = await Promise.allSettled(Array.from({ length: times }, check));
    process.send({ runs, codes: ends.map(({ status, reason }) => reason?.code ?? status) });
    runs = 0;
  }
`;

type Told = { runs: number; codes: string[] };

async function startOne(): Promise<ChildProcess> {
  const place = engine === "postgres" ? { DATABASE_URL: database } : { DATA_DIR: dirname(database) };
  const child = spawn(process.execPath, ["--import", "./db/runtime.js", "--input-type=module", "-e", SCRIPT], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, ...place, PROCESSES: "1" },
    serialization: "advanced",
  });
  after(() => child.kill("SIGKILL"));
  await once(child, "message");
  return child;
}

const children = await Promise.all(Array.from({ length: PROCESSES }, startOne));

/** All processes check a password at the same moment, so often each. */
async function atOnce(check: object): Promise<Told> {
  const told = children.map((child) => once(child, "message"));
  for (const child of children) child.send(check);
  const answers = (await Promise.all(told)).map(([answer]) => answer as Told);
  return { runs: answers.reduce((sum, { runs }) => sum + runs, 0), codes: answers.flatMap(({ codes }) => codes) };
}

const howMany = (codes: string[], code: string) => codes.filter((one) => one === code).length;

test("several processes together check as many wrong passwords as one", async () => {
  for (const { email } of [await newUser(), { email: "nobody@example.org" }]) {
    const { runs, codes } = await atOnce({ email, password: WRONG, times: GUESSES });
    assert.deepEqual([runs, howMany(codes, "invalid_credentials")], [FREE, FREE], email);
    assert.equal(howMany(codes, "rate_limited"), PROCESSES * GUESSES - FREE);
    assert.equal((await atOnce({ email, password: PASSWORD, times: 1 })).runs, 0, "not even the right one");
  }
});

test("several processes together check as many wrong current passwords as one", async () => {
  const user = await newUser();
  const { session } = (await openSession(callerFrom(IP, "curl/8.5.0"), user, "token")) ?? assert.fail();
  const { runs, codes } = await atOnce({ signedIn: { user, session }, password: WRONG, times: GUESSES });
  assert.deepEqual([runs, howMany(codes, "wrong_password")], [FREE, FREE]);
  assert.equal(howMany(codes, "rate_limited"), PROCESSES * GUESSES - FREE);
});

test("right passwords in several processes at once are all accepted", async () => {
  const { email } = await newUser();
  const { codes } = await atOnce({ email, password: PASSWORD, times: FREE });
  assert.equal(howMany(codes, "fulfilled"), PROCESSES * FREE, String(codes));
});

test("guesses of a process that died hold up others until their time is over, and no longer", async (t) => {
  const wait = passingTime(t);
  const own = limit("login_device", "died@example.org");
  for (let i = 0; i < FREE; i++) await reserve([own]);
  const check = () => withinLimits([own], async () => "checked");
  const held = assert.rejects(check(), refusedAs("overloaded"));
  wait(6 * SECOND_MS);
  await held;
  wait(24 * SECOND_MS);
  assert.equal(await check(), "checked");
});

test("a check whose failure may not have been counted keeps its place", async () => {
  const own = limit("login_device", "unsure@example.org");
  const broken = () => withinLimits([own], () => Promise.reject(new StorageError("lost")));
  for (let i = 0; i < FREE; i++) await assert.rejects(broken(), /lost/);
  await assert.rejects(reserve([own]));
  await giveBack([own]);
  await reserve([own]);
});
