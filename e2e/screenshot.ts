import { join } from "node:path";
import { chromium } from "@playwright/test";
import Database from "better-sqlite3";
import { BROWSER_ARGUMENTS, findBrowser } from "./browser.ts";
import { send } from "./request.ts";
import startServers, { server } from "./servers.ts";

/* The picture in README.md: the sessions of a made-up person. Run by “npm run screenshot”. */

const FILE = join(import.meta.dirname, "screenshot.png");
const SIZE = { width: 960, height: 848 };
const HOUR_MS = 3_600_000;
const AGE_MS = 100 * HOUR_MS;

const ADA = { email: "ada@example.org", username: "ada.lovelace", password: "Nine walruses on 2 skis" };
const DEVICES = [
  {
    userAgent:
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    name: "",
    ip: "203.0.113.24",
    hoursAgo: 5,
  },
  { userAgent: "curl/8.14.1", name: "Build server", ip: "198.51.100.7", hoursAgo: 50 },
];

const stop = await startServers();
try {
  await register();
  await takePicture();
} finally {
  await stop?.();
}

async function register(): Promise<void> {
  const { url, dataDir } = server("front-door");
  await send(url, "POST", "/auth/create-user/", { json: ADA });
  const database = new Database(join(dataDir, "latchkey.db"));
  const movedBack = database.prepare(
    "update sessions set ip = :ip, created_at = created_at - :age, ends_at_latest = ends_at_latest - :age, last_used_at = last_used_at - :unused where id = :id",
  );
  for (const { userAgent, name, ip, hoursAgo } of DEVICES) {
    const json = { email: ADA.email, password: ADA.password, device_name: name };
    const { body } = await send(url, "POST", "/auth/login/", { json, headers: { "user-agent": userAgent } });
    movedBack.run({ ip, age: AGE_MS, unused: hoursAgo * HOUR_MS, id: body.session.id });
  }
  database.close();
}

async function takePicture(): Promise<void> {
  const browser = await chromium.launch({ args: BROWSER_ARGUMENTS, executablePath: findBrowser() ?? undefined });
  const page = await browser.newPage({ viewport: SIZE, colorScheme: "light" });
  await page.goto(`${server("front-door").url}/login/?next=/sessions/`);
  await page.getByLabel("Email address").fill(ADA.email);
  await page.getByLabel("Password", { exact: true }).fill(ADA.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Where you’re signed in" }).waitFor();
  await page.screenshot({ path: FILE, animations: "disabled" });
  await browser.close();
}
