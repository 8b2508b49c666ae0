import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY_MS, instantText } from "./clock.ts";

test("an instant reads as Date writes it", () => {
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
