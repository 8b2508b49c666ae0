import assert from "node:assert/strict";
import { test } from "node:test";
import { StorageError } from "../errors.ts";
import { LIMIT_MS, patiently, withinRequest } from "./patience.ts";

test("a request waits for the server no longer than for one read, whatever it reads and changes", async (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const takes = (ms: number) => async (giveUpAt: number) => {
    const leftMs = giveUpAt - now;
    await null;
    now += ms;
    return leftMs;
  };
  let later: (() => Promise<number>) | undefined;
  await withinRequest(async () => {
    assert.equal(await patiently(takes(1_000)), LIMIT_MS);
    now += 60_000; // its own work
    const together = await Promise.all([patiently(takes(1_000)), patiently(takes(500))]);
    assert.deepEqual(together, [LIMIT_MS - 1_000, LIMIT_MS - 1_000]);
    assert.equal(await patiently(takes(2_500)), LIMIT_MS - 2_500);
    await assert.rejects(patiently(takes(0)), StorageError);
    later = () => patiently(takes(0));
  });
  assert.equal(await later?.(), LIMIT_MS, "what runs after the request has its own time");
  assert.equal(await patiently(takes(0)), LIMIT_MS);
});
