import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { freshFolder } from "#db/testing.ts";
import { builds, folderOfBuild, inUse, NoBuildError, removeOldBuilds, servedBuild } from "./builds.ts";

const module = pathToFileURL("http/front-door/builds.ts").href;
const runtime = pathToFileURL("db/runtime.js").href;
process.chdir(freshFolder());

function build(beganAt: number): string {
  const folder = folderOfBuild(beganAt);
  mkdirSync(folder, { recursive: true });
  writeFileSync(inUse(folder), "");
  return folder;
}

test("without a build there is nothing to serve", () => {
  assert.deepEqual(builds(), []);
  assert.throws(servedBuild, NoBuildError);
});

test("a server keeps the build it started with, and only unused builds are removed", () => {
  build(999);
  const started = build(1_000);
  assert.equal(servedBuild(), started, "the latest, by number and not by name");
  const [second, third, fourth] = [build(1_001), build(1_002), build(1_003)];
  assert.equal(servedBuild(), started);
  const script = `const { removeOldBuilds } = await import("${module}"); removeOldBuilds();`;
  const { status, stderr } = spawnSync(process.execPath, ["--import", runtime, "--input-type=module", "-e", script], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  assert.deepEqual(builds(), [fourth, third, started], `${second} is gone`);
});

test("the latest two builds stay, used or not", () => {
  const latest = build(1_004);
  removeOldBuilds();
  assert.deepEqual(builds(), [latest, folderOfBuild(1_003), folderOfBuild(1_000)]);
});
