import { spawnSync } from "node:child_process";
import { globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { runInProduction } from "#accounts/config.ts";

const SOURCES = ["{accounts,app,components,db}/**/*.{ts,tsx,css}", "{instrumentation,next.config}.ts", "package-lock.json"];
const BUILT = ".next/BUILD_ID";

/*
 * Builds the pages before a start if there is no build yet, or something changed since. Scripts and styles are then also
 * compressed with Brotli at its slowest, a sixth smaller than what Next.js makes of them while serving.
 */

const builtAt = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const changed = globSync(SOURCES, { exclude: ["**/*.test.ts"] }).some((file) => statSync(file).mtimeMs > builtAt);

if (changed) {
  process.stderr.write("Building the pages (about 20 seconds, only after a change) …\n");
  runInProduction();
  const { status } = spawnSync(process.execPath, ["node_modules/next/dist/bin/next", "build"], { stdio: ["ignore", 2, 2] });
  process.exitCode = status ?? 1;
  if (status === 0)
    for (const file of globSync(".next/static/**/*.{js,css}")) writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
}
