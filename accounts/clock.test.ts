import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { clock, DAY_MS, HOUR_MS, instantText, steadyNow } from "./clock.ts";

test("an instant has the format of Date.toISOString", () => {
  const end = Date.UTC(2100, 0);
  const odd = [
    0,
    1,
    999,
    1_000,
    59_999,
    60_000,
    DAY_MS - 1,
    DAY_MS,
    Date.UTC(2028, 1, 29, 23, 59, 59, 999),
    Date.UTC(2038, 0, 19, 3, 14, 8),
  ];
  const spread = Array.from({ length: 5_000 }, (_, index) => Math.floor((end / 5_000) * index) + index);
  for (const at of [...odd, ...spread, ...odd]) assert.equal(instantText(at), new Date(at).toISOString());
});

/** Both clocks, in the hands of a test: `wait` lets time pass, `set` sets the machine's clock alone. */
function movedClocks(t: TestContext) {
  let running = performance.now() + DAY_MS; // read first: read last, it would be ahead of the other clock
  let now = steadyNow() + DAY_MS;
  t.mock.method(clock, "now", () => now);
  t.mock.method(clock, "running", () => running);
  return {
    wait(ms: number) {
      now += ms;
      running += ms;
    },
    set(ms: number) {
      now += ms;
    },
    now: () => now,
  };
}

test("the clock of limits follows the machine's, and continues when that is set back", (t) => {
  const { wait, set, now } = movedClocks(t);
  const start = now();
  assert.equal(steadyNow(), start);
  wait(5_000);
  assert.equal(steadyNow(), start + 5_000);
  set(-HOUR_MS);
  assert.equal(steadyNow(), start + 5_000);
  wait(1_000);
  assert.equal(steadyNow(), start + 6_000);
  set(HOUR_MS);
  wait(1_000);
  assert.equal(steadyNow(), start + 7_000, "set right again it does not jump");
  set(HOUR_MS);
  assert.equal(steadyNow(), start + 7_000 + HOUR_MS, "what lies ahead is believed: the machine may have slept");
});

test("the clock of limits is never before what another process has seen of it", (t) => {
  const { wait, now } = movedClocks(t);
  const seen = steadyNow() + HOUR_MS;
  assert.equal(steadyNow(seen), seen);
  wait(1_000);
  assert.equal(steadyNow(now()), seen + 1_000);
});

test("the clock of limits does not go back with a machine whose every clock does", (t) => {
  const { wait } = movedClocks(t);
  const before = steadyNow();
  wait(-HOUR_MS);
  assert.equal(steadyNow(), before);
});
