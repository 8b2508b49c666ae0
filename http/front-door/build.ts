import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { lockAlone } from "#db/lock.ts";
import { beganAt, builds, folderOfBuild, inUse, removeOldBuilds, WORKSHOP } from "./builds.ts";
import { runInProduction } from "./production.ts";

const SOURCES = ["{accounts,app,components,db,http}/**/*.{ts,tsx,css}", "{instrumentation,next.config}.ts", "package-lock.json"];
const STAYS = ["cache", "types"]; // in the workshop, from one build to the next
const MAX_BUILD_MS = 10 * 60_000;

/*
 * Builds the pages before a start if there is no build yet, or something changed since. Scripts and styles are then also
 * compressed with Brotli at its slowest, a sixth smaller than what Next.js makes of them while serving, and the pages that
 * are the same for everybody are rendered.
 */

if (isOutdated()) {
  mkdirSync(WORKSHOP, { recursive: true });
  const lock = lockAlone(".next/building", MAX_BUILD_MS); // who builds at the same time waits, and then finds it done
  if (!lock) fail("Another build in this folder has been running for 10 minutes. If it hangs, end it and try again.");
  if (isOutdated()) build();
  lock.release();
}

function isOutdated(): boolean {
  const [latest] = builds();
  return !latest || globSync(SOURCES, { exclude: ["**/*.test.ts"] }).some((file) => statSync(file).mtimeMs > beganAt(latest));
}

function build(): void {
  process.stderr.write("Building the pages. This takes from half a minute to a few minutes, and only after a change …\n");
  runInProduction();
  const folder = folderOfBuild(Date.now());
  for (const name of products()) rmSync(join(WORKSHOP, name), { recursive: true }); // of a build that was cut off
  run(["node_modules/next/dist/bin/next", "build"]);
  for (const file of globSync(`${WORKSHOP}/static/**/*.{js,css}`)) writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
  const data = mkdtempSync(join(tmpdir(), "latchkey-build-")); // they are rendered beside a database of their own
  run(["--import", "./db/runtime.js", "http/front-door/keep-pages.ts"], { NODE_ENV: "production", DATA_DIR: data });
  rmSync(data, { recursive: true });
  moveTo(folder);
  removeOldBuilds();
}

function products(): string[] {
  return readdirSync(WORKSHOP).filter((name) => !STAYS.includes(name));
}

/** Under its name at once and whole. */
function moveTo(folder: string): void {
  const part = `${WORKSHOP}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part);
  for (const name of products()) renameSync(join(WORKSHOP, name), join(part, name));
  writeFileSync(inUse(part), "");
  renameSync(part, folder);
}

/** What it says is shown only if it fails or warns: a table of routes tells nothing to somebody who starts a service. */
function run(words: string[], env?: NodeJS.ProcessEnv): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", env });
  const said = stdout + stderr;
  if (status !== 0) fail(`${said}The pages could not be built.`); // the next start tries again
  for (const line of said.split("\n")) if (line.includes("⚠")) process.stderr.write(`${line}\n`);
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
