import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { freshFolder } from "#db/testing.ts";

const MODULE = pathToFileURL("http/processes/environment.ts").href;

/** What a process that was started with a file .env would give to new processes after the file has become `later`. */
function givenLater(first: string, later: string, environment: Record<string, string>, option = "--env-file=") {
  const folder = freshFolder();
  const [file, other] = [join(folder, ".env"), join(folder, "later")];
  writeFileSync(file, first);
  writeFileSync(other, later);
  const script = `
    const { environmentAtStart } = await import(${JSON.stringify(MODULE)});
    const environment = environmentAtStart();
    process.env.ADDED = "by this process";
    (await import("node:fs")).copyFileSync(${JSON.stringify(other)}, ${JSON.stringify(file)});
    console.log(JSON.stringify({ ...environment.read(), options: environment.execArgv.join(" ") }));`;
  const options = [`${option}${file}`, "--max-semi-space-size=8", "--input-type=module", "--eval", script];
  const { stdout, stderr } = spawnSync(process.execPath, options, { env: { NODE_ENV: "test", ...environment }, encoding: "utf8" });
  rmSync(folder, { recursive: true });
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

test("new processes get the present content of .env, and the environment takes precedence as at a start", () => {
  const given = givenLater("A=1\nB=1\nC=1\n", "A=2\nC=2\nD=2\n", { C: "of the environment", E: "1" });
  assert.deepEqual([given.A, given.B, given.C, given.D, given.E], ["2", undefined, "of the environment", "2", "1"]);
});

test("new processes get Node's options without the file, and nothing that this process has added", () => {
  for (const option of ["--env-file=", "--env-file-if-exists="]) {
    const given = givenLater("A=1", "A=1", {}, option);
    assert.match(given.options, /^--max-semi-space-size=8 /);
    assert.doesNotMatch(given.options, /env-file/);
    assert.equal(given.ADDED, undefined);
  }
});
