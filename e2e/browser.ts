import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "@playwright/test";

/* Programs that tests need and npm doesn't install. Without them, these tests count as not run, and a sentence says so. */

const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const SHELLS = ["chromium-headless-shell"]; // Chromium without its own windows: the pages' tests take half as long (measured)
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

/** Chromium or its headless shell, as `ensurePrograms` found it; null if there is none. */
export const findBrowser = (): string | null => process.env.E2E_BROWSER || null;

/** Chromium itself, for what its headless shell lacks, such as the password manager; null if there is none. */
export const findWholeBrowser = (): string | null => process.env.E2E_WHOLE_BROWSER || null;

/** Whether the documents' commands can be run. */
export const hasCurl = (): boolean => Boolean(process.env.E2E_CURL);

/** Looks for the programs, installs what is missing where that is possible, and returns a sentence for what cannot be run. */
export function ensurePrograms(): string[] {
  const whole = lookForBrowser(BROWSERS) ?? install("chromium", () => lookForBrowser(BROWSERS));
  const shell = lookForBrowser(SHELLS) ?? install("chromium-headless-shell", () => lookForBrowser(SHELLS));
  process.env.E2E_WHOLE_BROWSER = whole ?? ""; // the workers inherit these
  process.env.E2E_BROWSER = shell ?? whole ?? "";
  process.env.E2E_CURL = lookForCurl() ?? install("curl", lookForCurl) ?? "";
  const sentences: string[] = [];
  if (!findBrowser()) sentences.push("Not run: the tests of the pages. They need Chromium: npx playwright install --with-deps chromium");
  else if (!whole)
    sentences.push("Not run: the tests of the password manager and the back button. They need Chromium, not only its headless shell.");
  if (!hasCurl())
    sentences.push(`Not run: the commands of README.md and docs/api.md. They need bash, and curl ${CURL_MAJOR}.${CURL_MINOR} or newer.`);
  return sentences;
}

/** Playwright's own Chromium, or else the machine's. One that lacks libraries can't print its version and doesn't count. */
function lookForBrowser(names: string[]): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const installed = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const own = names === BROWSERS ? [chromium.executablePath()] : [];
  return [...own, ...installed].find((file) => existsSync(file) && versionOf(file)) ?? null;
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
