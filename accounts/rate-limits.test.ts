import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { db } from "#db/client.ts";
import { rateLimits } from "#db/schema.ts";
import { freshDatabase } from "#db/testing.ts";
import { housekeeping } from "./caller.ts";
import { clock, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "./clock.ts";
import { commit } from "./commit.ts";
import { AccountsError } from "./errors.ts";
import { clearLimits, countFailure, countInvalidToken, type Limit, limit, withinLimits } from "./rate-limits.ts";

freshDatabase();

const FREE_PER_DEVICE = 5;
const FREE_PER_ADDRESS = 20;
const MOST_PER_ACCOUNT = 100;
let people = 0;
const somebody = () => `person-${++people}@example.org`;
const fail = (...limits: Limit[]) => commit(housekeeping, () => ({ counted: limits.map(countFailure) }));

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
  for (let i = 0; i < MOST_PER_ACCOUNT; i++) {
    await fail(account);
    wait(2 * HOUR_MS);
  }
  assert.equal(await waitOf(account), 3_600);
  wait(DAY_MS);
  assert.equal(await waitOf(account), 3_600);
  await commit(housekeeping, (tx) => ({ cleared: clearLimits(tx, [account]) }));
  assert.equal(await waitOf(account), 0);
});

test("a success forgets only what it clears", async () => {
  const [own, other] = [limit("login_device", somebody()), limit("login_device", somebody())];
  for (let i = 0; i < FREE_PER_DEVICE; i++) await fail(own, other);
  await commit(housekeeping, (tx) => ({ cleared: clearLimits(tx, [own]) }));
  assert.equal(await waitOf(own), 0);
  assert.ok((await waitOf(other)) > 0);
});

test("guesses sent at once are no more than guesses sent one after another", async () => {
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

test("right answers sent at once all go through", async () => {
  const own = limit("login_device", somebody());
  const results = await Promise.all(Array.from({ length: 60 }, (_, i) => withinLimits([own], async () => i)));
  assert.deepEqual(
    results,
    Array.from({ length: 60 }, (_, i) => i),
  );
});

test("a check that throws leaves its place to the next one", async () => {
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

test("a clock that was set back by a day locks nobody out for a day", async (t) => {
  const wait = movableClock(t);
  const [own, address] = [limit("login_device", somebody()), limit("login_address", somebody())];
  wait(2 * DAY_MS);
  for (let i = 0; i < FREE_PER_ADDRESS; i++) await fail(own, address);
  wait(-2 * DAY_MS);
  assert.equal(await waitOf(own), 0);
  assert.equal(await waitOf(address), 0);
});

test("who is counted stands in the database only as a hash", async () => {
  await fail(limit("login_account", "canary@example.org"), limit("login_address", "203.0.113.99"));
  const rows = JSON.stringify(db().select().from(rateLimits).all());
  assert.ok(!rows.includes("canary") && !rows.includes("203.0.113.99"));
});

test("tokens that are not valid are counted by address, for a minute", (t) => {
  const wait = movableClock(t);
  for (let i = 0; i < 600; i++) countInvalidToken("192.0.2.8");
  assert.throws(() => countInvalidToken("192.0.2.8"), isLimited);
  countInvalidToken("192.0.2.9");
  wait(MINUTE_MS);
  countInvalidToken("192.0.2.8");
});

function movableClock(t: TestContext): (milliseconds: number) => void {
  let now = Date.now();
  t.mock.method(clock, "now", () => now);
  return (milliseconds) => {
    now += milliseconds;
  };
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
