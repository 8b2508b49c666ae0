import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { lockAlone } from "#db/lock.ts";
import { BUILD_FOLDER, beganAt, builds, folderOfBuild, inUse, removeOldBuilds } from "./builds.ts";
import { runInProduction } from "./production.ts";

const SOURCES = [
  "{accounts,app,components,db,http}/**/*.{ts,tsx,css,svg}",
  "{instrumentation,next.config}.ts",
  "{package-lock,tsconfig}.json",
];
const PRESERVED = ["cache", "types"]; // kept in the working folder from one build to the next
const MAX_BUILD_MS = 10 * 60_000;

/*
 * Builds the pages before a start if there is no build or something has changed since. Also compresses scripts and styles with
 * Brotli at its highest level, which is a sixth smaller than what Next.js sends, and renders the pages that are the same for
 * everybody.
 */

if (isOutdated()) {
  mkdirSync(BUILD_FOLDER, { recursive: true });
  const lock = lockAlone(".next/building", MAX_BUILD_MS); // a simultaneous build waits, and then finds this one
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
  for (const name of products()) rmSync(join(BUILD_FOLDER, name), { recursive: true }); // left by an interrupted build
  run(["node_modules/next/dist/bin/next", "build"]);
  for (const file of globSync(`${BUILD_FOLDER}/static/**/*.{js,css}`)) writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
  const data = mkdtempSync(join(tmpdir(), "latchkey-build-")); // an empty database for rendering
  run(["--import", "./db/runtime.js", "http/front-door/render-pages.ts"], { NODE_ENV: "production", DATA_DIR: data });
  rmSync(data, { recursive: true });
  moveTo(folder);
  removeOldBuilds();
}

function products(): string[] {
  return readdirSync(BUILD_FOLDER).filter((name) => !PRESERVED.includes(name));
}

/** Copies the finished build under its name, with one rename at the end. */
function moveTo(folder: string): void {
  const part = `${BUILD_FOLDER}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part);
  for (const name of products()) renameSync(join(BUILD_FOLDER, name), join(part, name));
  writeFileSync(inUse(part), "");
  renameSync(part, folder);
}

/** Runs a command. Its output is shown only if it fails or warns: operators don't need Next.js's table of routes. */
function run(words: string[], env?: NodeJS.ProcessEnv): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", env });
  const output = stdout + stderr;
  if (status !== 0) fail(`${output}The pages could not be built.`); // the next start builds again
  for (const line of output.split("\n")) if (line.includes("⚠")) process.stderr.write(`${line}\n`);
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
