import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { start, stop } from "../e2e/servers.ts";
import { accounts } from "../e2e/torture/place.ts";
import { tryLanguages } from "./languages.ts";

/*
 * Checks the OpenAPI document with generators and linters: generates a TypeScript client from that of a fresh server, compiles
 * it and runs it through the life of an account; Redocly and Spectral must find nothing. Then a library for OAuth asks about tokens
 * and ends them, and the files for other languages are tried. Installs its tools when they change.
 */

const HERE = import.meta.dirname;

type Key = { key: string };

await install("openapi-fetch");
await install("openid-client");
await install("linters");
let missing: string[] = [];
const server = await start("front-door");
const document = join(tmpdir(), `latchkey-openapi-${process.pid}.json`);
try {
  const address = `${server.url}/auth/openapi.json`;
  writeFileSync(document, await (await fetch(address)).text());
  await run("openapi-fetch", process.execPath, "generate.ts", address);
  await run("openapi-fetch", "node_modules/.bin/tsc");
  const { live } = (await import(join(HERE, "openapi-fetch/life.ts"))) as { live(url: string, picture: Blob): Promise<void> };
  await live(server.url, new Blob([new Uint8Array(await picture())], { type: "image/png" }));
  await run("linters", "node_modules/.bin/redocly", "lint", document, "--config", "redocly.yaml");
  await run("linters", "node_modules/.bin/spectral", "lint", document, "--ruleset", "spectral.yaml", "--fail-severity", "hint");
  const words = ["service-key", "create", "--name", "shop", "--may", "introspect,manage_users", "--json"];
  const made: Key = JSON.parse(accounts(join(server.folder, "data"), ...words).stdout);
  const { askAndEnd } = (await import(join(HERE, "openid-client/ask.ts"))) as { askAndEnd(url: string, key: Key): Promise<void> };
  await askAndEnd(server.url, made);
  missing = await tryLanguages(server.url, made.key);
} finally {
  await stop(server);
  rmSync(document, { force: true });
}
process.stdout.write(
  "The generated client lived its life, no linter has anything to say, and openid-client and the files for other languages check tokens.\n",
);
if (missing.length > 0) process.stdout.write(`Not run: the files for ${missing.join(", ")}. They need these on this machine.\n`);

/** Installs from the lock file, without running install scripts. */
async function install(folder: string): Promise<void> {
  const lock = readFileSync(join(HERE, folder, "package-lock.json"), "utf8");
  const done = join(HERE, folder, "node_modules/.installed-from");
  if (existsSync(done) && readFileSync(done, "utf8") === lock) return;
  await run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
  writeFileSync(done, lock);
}

async function run(folder: string, command: string, ...words: string[]): Promise<void> {
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  const child = spawn(command, words, { cwd: join(HERE, folder), env, stdio: ["ignore", "inherit", "inherit"] });
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`${command} ${words[0] ?? ""} failed.`);
}

function picture(): Promise<Buffer> {
  return sharp({ create: { width: 64, height: 64, channels: 3, background: "#2a6" } })
    .png()
    .toBuffer();
}
