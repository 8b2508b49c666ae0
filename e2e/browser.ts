import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "@playwright/test";

/* Programs that tests need and npm doesn't install. Without them, these tests count as not run, and a sentence says so. */

const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const CURL_MAJOR = 7;
const CURL_MINOR = 82; // the first with --json

/** No sandbox, because containers run as root; nothing that talks to the network by itself. */
export const BROWSER_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Chromium, as `ensurePrograms` found it; null if there is none. */
export const findBrowser = (): string | null => process.env.E2E_BROWSER || null;

/** Whether the documents' commands can be run. */
export const hasCurl = (): boolean => Boolean(process.env.E2E_CURL);

/** Looks for the programs, installs what is missing where that is possible, and returns a sentence for what cannot be run. */
export function ensurePrograms(): string[] {
  process.env.E2E_BROWSER = lookForBrowser() ?? install("chromium", lookForBrowser) ?? ""; // the workers inherit it
  process.env.E2E_CURL = lookForCurl() ?? install("curl", lookForCurl) ?? "";
  const sentences: string[] = [];
  if (!findBrowser()) sentences.push("Not run: the tests of the pages. They need Chromium: npx playwright install --with-deps chromium");
  if (!hasCurl())
    sentences.push(`Not run: the commands of README.md and docs/api.md. They need bash, and curl ${CURL_MAJOR}.${CURL_MINOR} or newer.`);
  return sentences;
}

/** Playwright's own Chromium, or else the machine's. One that lacks libraries can't print its version and doesn't count. */
function lookForBrowser(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const installed = BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [chromium.executablePath(), ...installed].find((file) => existsSync(file) && versionOf(file)) ?? null;
}

function lookForCurl(): string | null {
  const [, major, minor] = versionOf("curl").match(/^curl (\d+)\.(\d+)/) ?? [];
  const isRecent = Number(major) > CURL_MAJOR || (Number(major) === CURL_MAJOR && Number(minor) >= CURL_MINOR);
  return isRecent && versionOf("bash") ? "curl" : null;
}

function versionOf(program: string): string {
  const { status, stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout : "";
}

function install(name: string, lookFor: () => string | null): string | null {
  if (!existsSync("/usr/bin/apt-get") || process.getuid?.() !== 0) return null;
  process.stderr.write(`Installing ${name} for the tests …\n`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]) => spawnSync("apt-get", args, { stdio: ["ignore", 2, 2], env: environment });
  apt("update");
  apt("install", "-y", "--no-install-recommends", name);
  return lookFor();
}
