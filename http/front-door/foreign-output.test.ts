import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

test("what a library prints becomes one line of the log, cut to a bounded length, and nothing of it reaches standard error", () => {
  const script = `
    import { logForeignOutput } from "./http/front-door/foreign-output.ts";
    logForeignOutput();
    console.error(new Error("what a client\\nsent"));
    console.log("x".repeat(100_000));
    await new Promise((resolve) => process.stderr.write("with a callback", resolve));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.deepEqual([status, stderr], [0, ""]);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, 3);
  assert.match(lines[0].text, /^Error: what a client\nsent/);
  assert.ok(lines[1].text.length < 5_000);
  assert.equal(lines[2].text, "with a callback");
});
