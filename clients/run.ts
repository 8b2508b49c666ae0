import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { start, stop } from "../e2e/servers.ts";

/*
 * Checks the OpenAPI document with generators and linters: generates a TypeScript client from that of a fresh server, compiles
 * it and runs it through the life of an account; Redocly and Spectral must find nothing. Installs its tools when they change.
 */

const HERE = import.meta.dirname;

install("typescript");
install("linters");
const server = await start("front-door");
const document = join(tmpdir(), `latchkey-openapi-${process.pid}.json`);
try {
  const address = `${server.url}/auth/openapi.json`;
  writeFileSync(document, await (await fetch(address)).text());
  run("typescript", process.execPath, "generate.ts", address);
  run("typescript", "node_modules/.bin/tsc");
  const { live } = (await import(join(HERE, "typescript/life.ts"))) as { live(url: string, picture: Blob): Promise<void> };
  await live(server.url, new Blob([new Uint8Array(await picture())], { type: "image/png" }));
  run("linters", "node_modules/.bin/redocly", "lint", document, "--config", "redocly.yaml");
  run("linters", "node_modules/.bin/spectral", "lint", document, "--ruleset", "spectral.yaml", "--fail-severity", "hint");
} finally {
  await stop(server);
  rmSync(document, { force: true });
}
process.stdout.write("The generated client lived its life, and no linter has anything to say.\n");

/** Installs from the lock file, without running install scripts. */
function install(folder: string): void {
  const lock = readFileSync(join(HERE, folder, "package-lock.json"), "utf8");
  const done = join(HERE, folder, "node_modules/.installed-from");
  if (existsSync(done) && readFileSync(done, "utf8") === lock) return;
  run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
  writeFileSync(done, lock);
}

function run(folder: string, command: string, ...words: string[]): void {
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  const { status, error } = spawnSync(command, words, {
    cwd: join(HERE, folder),
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${words[0] ?? ""} failed.`);
}

function picture(): Promise<Buffer> {
  return sharp({ create: { width: 64, height: 64, channels: 3, background: "#2a6" } })
    .png()
    .toBuffer();
}
