import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@latchkey/client";
import { Secret, TOTP } from "otpauth";
import { bareEnvironment } from "../bare-environment.ts";
import { expect, test as latchkeyTest, type NewUser } from "../fixtures.ts";
import { freePort } from "../free-port.ts";
import { serviceKey } from "./service-key.ts";

const ROOT = join(import.meta.dirname, "../..");
const NEXT = "node_modules/next/dist/bin/next";
const START_MS = 120_000;

/** The example, as “npm run dev” starts it, on a port of its own. */
const test = latchkeyTest.extend<{ notes: string }>({
  notes: async ({ latchkey }, use) => {
    const port = await freePort();
    const app = spawn(process.execPath, [NEXT, "dev", "examples/notes", "--hostname", "127.0.0.1", "--port", String(port)], {
      cwd: ROOT,
      env: bareEnvironment({ NODE_ENV: "development", PORT: undefined, LATCHKEY_URL: latchkey.url, LATCHKEY_KEY: serviceKey(latchkey) }),
      stdio: ["ignore", "ignore", 2],
    });
    const ended = once(app, "exit");
    try {
      const notes = `http://127.0.0.1:${port}`;
      for (const from = Date.now(); !(await answers(`${notes}/login`)); await sleep(50)) {
        if (app.exitCode !== null || Date.now() - from > START_MS) throw new Error("The example did not start.");
      }
      await use(notes);
    } finally {
      app.kill("SIGTERM");
      await ended;
    }
  },
});

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

/** Gives a user an authenticator app; returns a recovery code. */
async function withSecondFactor(url: string, { email, password }: NewUser): Promise<string> {
  const { token } = await createClient({ url }).logIn({ email, password });
  const client = createClient({ url, token });
  const { secret } = await client.startTotp({});
  const { codes } = await client.confirmTotp({ code: new TOTP({ secret: Secret.fromBase32(secret) }).generate() });
  return codes?.[0] ?? "";
}

test("in the example a user signs in, writes a note, and is out as soon as all sessions end in Latchkey", async ({
  page,
  latchkey,
  notes,
}) => {
  const user = await latchkey.newUser();
  await page.goto(`${notes}/`);
  await expect(page).toHaveURL(`${notes}/login?next=%2F`);
  await page.goto(`${notes}/login?next=${encodeURIComponent("/\t/example.org/")}`); // leads nowhere else
  await page.getByLabel("Email address").fill(user.email);
  await page.getByLabel("Password").fill("Not the password 1");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.locator("p[role=alert]")).toHaveText("That email address or password isn’t right.");
  await expect(page.getByLabel("Email address")).toHaveValue(user.email);
  await page.getByLabel("Password").fill(user.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading")).toHaveText(`Notes of ${user.username}`);
  await expect(page).toHaveURL(`${notes}/`);
  await page.getByLabel("New note").fill("Buy <b>paper</b>");
  await page.getByRole("button", { name: "Save note" }).click();
  await expect(page.getByRole("listitem")).toHaveText("Buy <b>paper</b>");
  const cookie = (await page.context().cookies(notes)).find(({ name }) => name === "__Host-latchkey");
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax", path: "/" });

  await page.goto(`${latchkey.url}/login/?next=/sessions/`);
  await page.getByLabel("Email address").fill(user.email);
  await page.getByLabel("Password", { exact: true }).fill(user.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Notes" })).toBeVisible(); // its session
  await page.getByRole("link", { name: "Sign out everywhere" }).click();
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page).toHaveURL(/\/login\//);
  await expect(async () => {
    await page.goto(`${notes}/`);
    expect(page.url()).toBe(`${notes}/login?next=%2F`);
  }).toPass({ intervals: [50] });
  expect((await page.request.get(`${notes}/`, { headers: { cookie: "__Host-latchkey=anything" }, maxRedirects: 0 })).status()).toBe(307);

  const code = await withSecondFactor(latchkey.url, user);
  await page.getByLabel("Email address").fill(user.email);
  await page.getByLabel("Password").fill(user.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  const alert = page.locator("p[role=alert]");
  for (const [typed, next] of [
    ["000000", alert.getByText("This code isn’t right. Enter a new one.")],
    [code, page.getByRole("heading", { name: `Notes of ${user.username}` })],
  ] as const) {
    await expect(alert).toBeVisible();
    await page.getByLabel("Code of your authenticator app").fill(typed);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(next).toBeVisible();
  }
});
