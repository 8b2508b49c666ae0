import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

const INSTALLED = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];

/** No sandbox, because containers run as root; nothing that talks to the network by itself. */
export const BROWSER_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Playwright's own Chromium if it is there, else the machine's; null if there is none. */
export function findBrowser(): string | null {
  return [chromium.executablePath(), ...INSTALLED].find((path) => path && existsSync(path)) ?? null;
}

/** Installs what the tests need of Debian's packages where that is possible; otherwise says what to do. */
export function ensureTools(): void {
  if (!findBrowser()) install("chromium");
  if (!findBrowser())
    throw new Error("The page tests need Chromium: run “npx playwright install --with-deps chromium” once, then try again.");
  if (!existsSync("/usr/bin/curl")) install("curl");
}

function install(name: string): void {
  if (!existsSync("/usr/bin/apt-get") || process.getuid?.() !== 0) return;
  process.stderr.write(`Installing ${name} for the tests …\n`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]) => spawnSync("apt-get", args, { stdio: ["ignore", 2, 2], env: environment });
  apt("update");
  apt("install", "-y", "--no-install-recommends", name);
}
