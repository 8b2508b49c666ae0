import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { ADA } from "#db/people.ts";
import { bareEnvironment } from "./bare-environment.ts";
import { BROWSER_ARGUMENTS, ensurePrograms, findBrowser } from "./browser.ts";
import { build, newFolder, start, stop } from "./servers.ts";

/* The picture in README.md: the sessions of a seeded person. Run by “npm run screenshot”. */

const ROOT = join(import.meta.dirname, "..");
const FILE = join(import.meta.dirname, "screenshot.png");
const SIZE = { width: 960, height: 720 };

for (const sentence of ensurePrograms()) process.stderr.write(`${sentence}\n`);
build();
const folder = newFolder("screenshot");
const environment = bareEnvironment({ DATA_DIR: join(folder, "data") });
spawnSync(process.execPath, ["--import", "./db/runtime.js", "e2e/seed.ts"], { cwd: ROOT, env: environment, stdio: "inherit" });
const running = await start("front-door", folder);
try {
  await takePicture(running.url);
} finally {
  await stop(running);
}

async function takePicture(url: string): Promise<void> {
  const browser = await chromium.launch({ args: BROWSER_ARGUMENTS, executablePath: findBrowser() ?? undefined });
  const page = await browser.newPage({ viewport: SIZE, colorScheme: "light" });
  await page.goto(`${url}/login/?next=/sessions/`);
  await page.getByLabel("Email address").fill(ADA.email);
  await page.getByLabel("Password", { exact: true }).fill(ADA.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Where you’re signed in" }).waitFor();
  await page.screenshot({ path: FILE, animations: "disabled" });
  await browser.close();
}
