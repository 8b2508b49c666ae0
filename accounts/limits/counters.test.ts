import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { housekeeping } from "#accounts/caller.ts";
import { clock, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, steadyNow } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { AccountsError } from "#accounts/errors.ts";
import { db } from "#db/engine.ts";
import { rateLimits } from "#db/schema.ts";
import { freshDatabase } from "#db/testing.ts";
import { withinLimits } from "./admission.ts";
import { noteSpent, onSpent, type Spending, spend } from "./budgets.ts";
import { clearLimits, count, stillWithin } from "./counters.ts";
import { type Limit, limit } from "./limits.ts";

await freshDatabase();

const FREE_PER_DEVICE = 5;
const FREE_PER_ADDRESS = 20;
const MAX_PER_ACCOUNT = 100;
let people = 0;
const somebody = () => `person-${++people}@example.org`;
const fail = (...limits: Limit[]) => commit(housekeeping, () => ({ counted: count(limits) }));

test("failures within the free budget cost nothing, the next one has to wait", async (t) => {
  const wait = movableClock(t);
  const own = limit("login_device", somebody(), "127.0.0.1");
  for (let i = 0; i < FREE_PER_DEVICE; i++) {
    assert.equal(await waitOf(own), 0, `failure ${i}`);
    await fail(own);
  }
  assert.equal(await waitOf(own), 30);
  wait(30 * SECOND_MS - 1);
  assert.equal(await waitOf(own), 1);
  wait(1);
  assert.equal(await waitOf(own), 0);
});

test("a growing limit doubles the wait with each further failure, up to an hour", async (t) => {
  const wait = movableClock(t);
  const own = limit("login_device", somebody());
  const waits: number[] = [];
  for (let i = 0; i < FREE_PER_DEVICE + 10; i++) {
    await fail(own);
    waits.push(await waitOf(own));
    wait(HOUR_MS);
  }
  assert.deepEqual(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600, 3_600]);
});

test("a plain limit opens again when its window ends", async (t) => {
  const wait = movableClock(t);
  const address = limit("login_address", "192.0.2.7");
  for (let i = 0; i < FREE_PER_ADDRESS; i++) await fail(address);
  assert.equal(await waitOf(address), 300);
  wait(5 * MINUTE_MS - 1);
  assert.equal(await waitOf(address), 1);
  wait(1);
  assert.equal(await waitOf(address), 0);
  await fail(address);
  assert.equal(await waitOf(address), 0, "and counts from the start");
});

test("after 100 failures in a row an account is closed to unknown devices, however long one waits in between", async (t) => {
  const wait = movableClock(t);
  const account = limit("login_account", somebody());
  for (let i = 0; i < MAX_PER_ACCOUNT; i++) {
    await fail(account);
    wait(2 * HOUR_MS);
  }
  assert.equal(await waitOf(account), 3_600);
  wait(DAY_MS);
  assert.equal(await waitOf(account), 3_600);
  await commit(housekeeping, () => ({ cleared: clearLimits([account]) }));
  assert.equal(await waitOf(account), 0);
});

test("a success forgets only what it clears", async () => {
  const [own, other] = [limit("login_device", somebody()), limit("login_device", somebody())];
  for (let i = 0; i < FREE_PER_DEVICE; i++) await fail(own, other);
  await commit(housekeeping, () => ({ cleared: clearLimits([own]) }));
  assert.equal(await waitOf(own), 0);
  assert.ok((await waitOf(other)) > 0);
});

test("simultaneous guesses gain nothing over guesses one after another", async () => {
  const own = limit("login_device", somebody());
  let checked = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 60 }, () =>
      withinLimits([own], async () => {
        checked++;
        await new Promise((resolve) => setTimeout(resolve, 5));
        await fail(own);
      }),
    ),
  );
  assert.equal(checked, FREE_PER_DEVICE);
  for (const result of results) if (result.status === "rejected") assert.equal(result.reason.code, "rate_limited");
});

test("right passwords sent at once are all accepted", async () => {
  const own = limit("login_device", somebody());
  const results = await Promise.all(Array.from({ length: 60 }, (_, i) => withinLimits([own], async () => i)));
  assert.deepEqual(
    results,
    Array.from({ length: 60 }, (_, i) => i),
  );
});

test("a check that throws gives its place to the next one", async () => {
  const own = limit("login_device", somebody());
  for (let i = 0; i < 20; i++) {
    await assert.rejects(
      withinLimits([own], () => Promise.reject(new Error("broken"))),
      /broken/,
    );
  }
  assert.equal(await waitOf(own), 0);
});

test("a refused check is never run", async () => {
  const own = limit("login_device", somebody());
  for (let i = 0; i < FREE_PER_DEVICE; i++) await fail(own);
  await assert.rejects(
    withinLimits([own], () => assert.fail("ran")),
    isLimited,
  );
});

const STEPS_BACK_MS = [SECOND_MS, 5 * SECOND_MS, 30 * SECOND_MS, 10 * MINUTE_MS, 2 * HOUR_MS, 40 * DAY_MS];

test("setting the clock back admits no guess, and blocks and windows end when announced", async (t) => {
  for (const step of STEPS_BACK_MS) {
    const { wait, set } = movableClocks(t);
    const [own, address, account] = [
      limit("login_device", somebody()),
      limit("login_address", somebody()),
      limit("login_account", somebody()),
    ];
    for (let i = 0; i < FREE_PER_DEVICE; i++) await fail(own);
    for (let i = 0; i < FREE_PER_ADDRESS; i++) await fail(address);
    for (let i = 0; i < MAX_PER_ACCOUNT; i++) await fail(account);
    set(-step);
    assert.deepEqual([await waitOf(own), await waitOf(address), await waitOf(account)], [30, 300, 3_600], `${step} ms back`);
    wait(30 * SECOND_MS);
    assert.equal(await waitOf(own), 0);
    await fail(own);
    assert.equal(await waitOf(own), 60, "the next block is the longer one");
    wait(4.5 * MINUTE_MS);
    assert.equal(await waitOf(address), 0);
    await fail(address);
    set(step);
    assert.equal(await waitOf(own), 0);
    assert.equal(await waitOf(account), 3_600);
    t.mock.restoreAll();
  }
});

test("setting the clock back admits no guess in a process that starts afterwards", async (t) => {
  for (const step of STEPS_BACK_MS) {
    const { wait, set } = movableClocks(t);
    const [own, address] = [limit("login_device", somebody()), limit("login_address", somebody())];
    for (let i = 0; i < FREE_PER_ADDRESS; i++) await fail(own, address);
    set(-step);
    startAnew();
    assert.deepEqual([await waitOf(own), await waitOf(address)], [3_600, 300], `${step} ms back`);
    wait(MINUTE_MS);
    assert.deepEqual([await waitOf(own), await waitOf(address)], [3_540, 240], "and time goes on");
    await fail(own);
    assert.equal(await waitOf(own), 3_600);
    t.mock.restoreAll();
  }
});

test("a clock that was ahead and is right again makes nobody wait longer than the longest block", async (t) => {
  for (const step of [HOUR_MS, 30 * DAY_MS, 400 * DAY_MS]) {
    for (const restarts of [false, true]) {
      const { wait, set } = movableClocks(t);
      const [own, address, other] = [
        limit("login_device", somebody()),
        limit("login_address", somebody()),
        limit("login_device", somebody()),
      ];
      await fail(other);
      set(step);
      for (let i = 0; i < FREE_PER_ADDRESS; i++) await fail(own, address);
      set(-step);
      if (restarts) startAnew();
      assert.deepEqual([await waitOf(own), await waitOf(address), await waitOf(other)], [3_600, 300, 0], `${step} ms, ${restarts}`);
      wait(HOUR_MS);
      assert.deepEqual([await waitOf(own), await waitOf(address)], [0, 0]);
      t.mock.restoreAll();
    }
  }
});

test("of two processes that check at the same moment only one admits the last guess", async (t) => {
  const { wait } = movableClocks(t);
  const own = limit("login_device", somebody());
  const attempt = () => commit(housekeeping, () => ({ within: stillWithin([own]), counted: count([own]) }));
  const looked = await Promise.allSettled(Array.from({ length: 2 * FREE_PER_DEVICE }, attempt));
  assert.equal(looked.filter(({ status }) => status === "fulfilled").length, FREE_PER_DEVICE);
  for (const result of looked) if (result.status === "rejected") assert.ok(isLimited(result.reason));
  assert.equal(await waitOf(own), 30, "refused ones are not counted");
  wait(30 * SECOND_MS);
  assert.deepEqual((await Promise.allSettled([attempt(), attempt()])).map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
});

test("waiting for one counter doesn't delay others", async () => {
  const ends: (() => void)[] = [];
  const hold = (one: Limit) => withinLimits([one], () => new Promise<void>((resolve) => ends.push(resolve)));
  const busy = limit("login_device", somebody());
  const crowd = Array.from({ length: 200 }, () => hold(busy));
  let refused = 0;
  let isOver = false;
  for (const one of crowd) one.catch(() => refused++);
  const results = Promise.allSettled(crowd).finally(() => {
    isOver = true;
  });
  while (refused < 200 - 128 - FREE_PER_DEVICE) await new Promise(setImmediate);
  const other = limit("login_device", somebody());
  const others = Array.from({ length: 2 * FREE_PER_DEVICE }, () => hold(other));
  for (; !isOver; await new Promise(setImmediate)) for (const end of ends.splice(0)) end();
  await Promise.all(others);
  await results;
  assert.equal(refused, 200 - 128 - FREE_PER_DEVICE);
});

test("the database has whoever is counted only as a hash", async () => {
  await fail(limit("login_account", "canary@example.org"), limit("login_address", "203.0.113.99"));
  const rows = JSON.stringify(await db().select().from(rateLimits));
  assert.ok(!rows.includes("canary") && !rows.includes("203.0.113.99"));
});

test("several processes share a budget in memory: each counts what the others tell it, and tells only what it counted itself", () => {
  const told: Spending[] = [];
  onSpent((one) => void told.push(one));
  noteSpent([{ name: "password_changes", who: 77, amount: 99 }]);
  spend("password_changes", 77);
  assert.throws(() => spend("password_changes", 77), isLimited);
  assert.deepEqual(told, [{ name: "password_changes", who: 77, amount: 1 }]);
});

test("a budget in memory is separate for each party, and renewed when its window ends", (t) => {
  const { wait, set } = movableClocks(t);
  wait(MINUTE_MS);
  for (let i = 0; i < 600; i++) spend("invalid_tokens", "192.0.2.8");
  assert.throws(() => spend("invalid_tokens", "192.0.2.8"), isLimited);
  spend("invalid_tokens", "192.0.2.9");
  set(-HOUR_MS);
  assert.throws(() => spend("invalid_tokens", "192.0.2.8"), isLimited, "the clock set back opens nothing");
  wait(MINUTE_MS);
  spend("invalid_tokens", "192.0.2.8");
  assert.throws(() => spend("changes", 1, 1_001), isLimited);
  spend("changes", 1, 1_000);
  assert.throws(() => spend("changes", 1), isLimited);
});

/** Both clocks stand still but for `wait`, which lets time pass, and `set`, which sets the machine's clock alone. */
function movableClocks(t: TestContext) {
  let [now, running] = [steadyNow() + DAY_MS, performance.now() + 1_000 * DAY_MS];
  startAnew();
  t.mock.method(clock, "now", () => now);
  t.mock.method(clock, "running", () => running);
  return {
    wait(milliseconds: number) {
      now += milliseconds;
      running += milliseconds;
    },
    set(milliseconds: number) {
      now += milliseconds;
    },
  };
}

const movableClock = (t: TestContext) => movableClocks(t).wait;

/** Forgets what this process knows of the time, as one does that starts. */
function startAnew(): void {
  Object.assign((globalThis as unknown as Record<symbol, object>)[Symbol.for("latchkey.steady-clock")] ?? {}, { at: 0, running: 0 });
}

/** Seconds until this limit lets a check in; 0 if it does now. */
async function waitOf(one: Limit): Promise<number> {
  try {
    await withinLimits([one], async () => {});
    return 0;
  } catch (error) {
    assert.ok(isLimited(error), String(error));
    return (error as AccountsError).retryAfterSeconds ?? 0;
  }
}

function isLimited(error: unknown): boolean {
  return (
    error instanceof AccountsError &&
    error.code === "rate_limited" &&
    Number.isInteger(error.retryAfterSeconds) &&
    (error.retryAfterSeconds ?? 0) >= 1
  );
}
