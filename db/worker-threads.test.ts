import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { basename } from "node:path";
import { test } from "node:test";
import { lowerWorkerPriority } from "./worker-threads.ts";

test("worker threads give way to the event loop, where threads have priorities", async () => {
  const own = getPriority();
  await lowerWorkerPriority();
  const workers = globSync("/proc/self/task/*").filter((task) => readFileSync(`${task}/comm`, "latin1").startsWith("libuv-worker"));
  assert.equal(workers.length > 1, process.platform === "linux");
  for (const task of workers) assert.equal(getPriority(Number(basename(task))), Math.max(own, 5));
  assert.equal(getPriority(), own);
});
