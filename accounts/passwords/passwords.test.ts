import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { hash as argon2 } from "@node-rs/argon2";
import { hash as bcrypt } from "@node-rs/bcrypt";
import { NewPassword } from "#accounts/contract/fields.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { LoginInput } from "#accounts/contract/schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import { hashPassword as hashFor, isOutdated, NO_PASSWORD, verifyPassword as verifyFor } from "./passwords.ts";

const PARTY = { network: "192.0.2.1", who: "ada@example.org" };
const hashPassword = (password: string) => hashFor(password, PARTY);
const verifyPassword = (passwordHash: string, password: string) => verifyFor({ id: 1, passwordHash }, password, PARTY);

const PASSWORD = "Correct horse 7 battery";
const MAX_WAITING = 128;
const MAX_WAIT_MS = 5_000;

const isOverloaded = (error: unknown) =>
  error instanceof AccountsError &&
  error.code === "overloaded" &&
  Number.isInteger(error.retryAfterSeconds) &&
  (error.retryAfterSeconds ?? 0) > 0;

test("the right password is verified, a wrong one isn't", async () => {
  const hash = await hashPassword(PASSWORD);
  assert.equal(await verifyPassword(hash, PASSWORD), true);
  for (const wrong of ["", PASSWORD.toLowerCase(), `${PASSWORD} `, ` ${PASSWORD}`, `${PASSWORD}\n`, PASSWORD.slice(0, -1)]) {
    assert.equal(await verifyPassword(hash, wrong), false, JSON.stringify(wrong));
  }
});

test("the same password never has the same hash twice, and the hash doesn't contain it", async () => {
  const [one, other] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)]);
  assert.notEqual(one, other);
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.ok(!one.includes(PASSWORD));
});

test("a user without a password and one with a damaged hash are refused, without an error", async () => {
  for (const stored of ["", "x", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$AAAA", "$2b$12$abcdefghijklmnopqrstuv"]) {
    assert.equal(await verifyPassword(stored, PASSWORD), false, stored);
  }
});

test("a hash whose damaged parameters would take hours or all memory is refused immediately", async () => {
  const stored = await hashPassword(PASSWORD);
  for (const parameters of ["m=19456,t=4000000,p=1", "m=4194304,t=2,p=1", "m=19456,t=2,p=16000000"]) {
    assert.equal(await verifyPassword(stored.replace("m=19456,t=2,p=1", parameters), PASSWORD), false, parameters);
  }
});

test("a missing hash, a damaged hash and a weaker hash cost an Argon2 run, as a wrong password does", async () => {
  const quickest = async (stored: string) => {
    const times: number[] = [];
    for (let i = 0; i < 9; i++) {
      const start = process.cpuUsage(); // the thread that hashes counts, other work on the machine doesn't
      await verifyPassword(stored, "Wrong horse 7 battery");
      const { user, system } = process.cpuUsage(start);
      times.push(user + system);
    }
    return Math.min(...times);
  };
  const known = await quickest(await hashPassword(PASSWORD));
  // Without the run it would be a hundredth; how equal the times are is for `npm run torture` to measure.
  const weaker = await argon2(PASSWORD, { memoryCost: 1_024, timeCost: 1 });
  const foreign = await bcrypt(PASSWORD, 4);
  for (const stored of [NO_PASSWORD, "$argon2id$v=19$m=19456,t=2,p=1$AAAA", weaker, foreign])
    assert.ok((await quickest(stored)) > known / 3, `${stored}`);
});

test("passwords aren't truncated: those that differ after 72 or 128 bytes, or after a NUL, are different", async () => {
  for (const start of ["a".repeat(72), "a".repeat(128), "a\0", "é".repeat(36)]) {
    const hash = await hashPassword(`${start}X1`);
    assert.equal(await verifyPassword(hash, `${start}X1`), true);
    assert.equal(await verifyPassword(hash, `${start}X2`), false);
    assert.equal(await verifyPassword(hash, start), false);
  }
});

test("a password typed with combining marks is the same as one with composed letters", () => {
  const composed = "Zoë Müller 77".normalize("NFC");
  const combining = composed.normalize("NFD");
  assert.notEqual(combining, composed);
  assert.equal(parseInput(NewPassword, combining), composed);
  assert.equal(parseInput(LoginInput, { email: "a@example.org", password: combining }).password, composed);
});

test("when the queue is full, log-ins are refused immediately with Retry-After, and the waiting ones are served", async () => {
  const most = availableParallelism() + MAX_WAITING;
  const results = await Promise.allSettled(Array.from({ length: most + 30 }, () => verifyPassword(NO_PASSWORD, PASSWORD)));
  const refusals = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  for (const refusal of refusals) assert.ok(isOverloaded(refusal));
  const atOnce = refusals.filter(({ retryAfterSeconds }) => retryAfterSeconds === 2); // on a busy machine others wait for too long
  assert.equal(atOnce.length, 30);
  assert.equal(await verifyPassword(await hashPassword(PASSWORD), PASSWORD), true, "the queue works again");
});

test("a log-in that waits longer than 5 seconds is refused", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const running = Array.from({ length: availableParallelism() }, () => verifyPassword(NO_PASSWORD, PASSWORD));
  const waiting = verifyPassword(NO_PASSWORD, PASSWORD);
  t.mock.timers.tick(MAX_WAIT_MS);
  await assert.rejects(waiting, isOverloaded);
  assert.deepEqual(
    await Promise.all(running),
    running.map(() => false),
  );
  assert.equal(await verifyPassword(NO_PASSWORD, PASSWORD), false, "no place in the queue is lost");
});

test("a password is verified with weaker and stronger hashes too", async () => {
  for (const parameters of [
    { memoryCost: 1_024, timeCost: 1 },
    { memoryCost: 32_768, timeCost: 2 },
  ]) {
    const stored = await argon2(PASSWORD, parameters);
    assert.equal(await verifyPassword(stored, PASSWORD), true);
    assert.equal(await verifyPassword(stored, `${PASSWORD} `), false);
  }
});

test("many passwords from one network delay others by one turn at most", async () => {
  const ended: string[] = [];
  const end = (name: string) => () => void ended.push(name);
  const crowd = Array.from({ length: 40 }, (_, i) => verifyPassword(NO_PASSWORD, PASSWORD).then(end(`crowd ${i}`), end("refused")));
  const other = verifyFor({ id: 2, passwordHash: NO_PASSWORD }, PASSWORD, { network: "192.0.2.2", who: "bea@example.org" }).then(
    end("other"),
  );
  await Promise.all([...crowd, other]);
  assert.ok(ended.indexOf("other") < 20, `after ${ended.indexOf("other")} others`);
});

test("a weaker hash is recognised as outdated, a current one isn't", async () => {
  assert.equal(isOutdated(await hashPassword(PASSWORD)), false);
  assert.equal(isOutdated("$argon2id$v=19$m=8192,t=2,p=1$c2FsdHNhbHQ$aGFzaA"), true);
  assert.equal(isOutdated("$2b$12$abcdefghijklmnopqrstuv"), true);
});
