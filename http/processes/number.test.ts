import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { doesRoutine, processNumber, wordOf } from "./number.ts";

const words = [...process.argv];
afterEach(() => void process.argv.splice(0, process.argv.length, ...words));

test("a process that serves alone, and the first of several, do what is done once", () => {
  assert.deepEqual([processNumber(), doesRoutine()], [null, true]);
  process.argv.push(wordOf(1));
  assert.deepEqual([processNumber(), doesRoutine()], [1, true]);
});

test("the others don't", () => {
  process.argv.push(wordOf(12));
  assert.deepEqual([processNumber(), doesRoutine()], [12, false]);
});
