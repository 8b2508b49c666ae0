import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { runInProduction } from "#accounts/config.ts";
import { KEPT_FILE } from "./kept-pages.ts";

const SOURCES = ["{accounts,app,components,db}/**/*.{ts,tsx,css}", "{instrumentation,next.config}.ts", "package-lock.json"];

/*
 * Builds the pages before a start if there is no build yet, or something changed since. Scripts and styles are then also
 * compressed with Brotli at its slowest, a sixth smaller than what Next.js makes of them while serving, and the pages that
 * are the same for everybody are rendered.
 */

const builtAt = statSync(KEPT_FILE, { throwIfNoEntry: false })?.mtimeMs ?? 0; // the last that a build writes
const changed = globSync(SOURCES, { exclude: ["**/*.test.ts"] }).some((file) => statSync(file).mtimeMs > builtAt);

if (changed) {
  process.stderr.write("Building the pages (about 20 seconds, only after a change) …\n");
  runInProduction();
  rmSync(KEPT_FILE, { force: true });
  run(["node_modules/next/dist/bin/next", "build"]);
  for (const file of globSync(".next/static/**/*.{js,css}")) writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
  const data = mkdtempSync(join(tmpdir(), "latchkey-build-")); // they are rendered beside a database of their own
  run(["--import", "./accounts/runtime.js", "app/keep-pages.ts"], { NODE_ENV: "production", DATA_DIR: data });
  rmSync(data, { recursive: true });
}

function run(words: string[], env?: NodeJS.ProcessEnv): void {
  const { status } = spawnSync(process.execPath, words, { stdio: ["ignore", 2, 2], env });
  if (status !== 0) process.exit(status ?? 1); // the next start builds again
}
