import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { BROWSER_ARGUMENTS, findWholeBrowser } from "../../browser.ts";
import { expect, expectNotice, fill, PASSWORD, person, press, test } from "../../pages.ts";

const OTHER_PASSWORD = "Another horse 8 stable";
const CREDENTIAL = /\b(username|email|current-password|new-password)\b/;

/** Chromium with a profile of its own, whose password manager is on, and what that says in a tab of its own. */
async function withPasswordManager(use: (page: Page, decided: () => Promise<Decision>) => Promise<void>): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), "latchkey-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findWholeBrowser() ?? undefined,
    args: BROWSER_ARGUMENTS,
    ignoreDefaultArgs: ["--enable-automation"], // which switches it off
  });
  try {
    const internals = await context.newPage();
    await internals.goto("chrome://password-manager-internals/");
    const page = await context.newPage();
    let read = 0;
    await use(page, async () => {
      const said = async () => (await internals.locator("body").innerText()).slice(read);
      await expect.poll(said).toMatch(/Decision:/);
      const text = await said();
      read += text.length;
      const [, decision = ""] = text.match(/Decision: *(\w+)/) ?? [];
      const username = [...text.matchAll(/Username element *: *(\w*)/g)].map(([, name]) => name ?? "");
      return { decision, username };
    });
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Whether the user is asked, and which fields were taken for the user name on the way. */
type Decision = { decision: string; username: string[] };

const tokens = (page: Page) =>
  page.locator("input, textarea, select").evaluateAll((all) => all.map((one) => one.getAttribute("autocomplete") ?? ""));

test.beforeEach(() => test.info().skip(!findWholeBrowser(), "needs Chromium itself"));

test("Chromium offers to save the password after registration, sign-in and a change, with the name that signs in", async ({ latchkey }) => {
  const { email, username } = person();
  await withPasswordManager(async (page, decided) => {
    await page.goto(`${latchkey.url}/register/`);
    await fill(page, { "Email address": email, "Create a password": PASSWORD, Username: username });
    await press(page, "Create account");
    await expectNotice(page, "/profile/", "Your account is ready");
    const registered = await decided();
    expect(registered.decision).toBe("ASK");
    expect(new Set(registered.username)).toEqual(new Set(["email"]));
    expect((await tokens(page)).filter((token) => CREDENTIAL.test(token))).toEqual([]);

    await page.context().clearCookies();
    await page.goto(`${latchkey.url}/login/`);
    await fill(page, { "Email address": email, Password: PASSWORD });
    await press(page, "Sign in");
    await expect(page).toHaveURL(/\/profile\/$/);
    const signedIn = await decided();
    expect(signedIn.decision).toBe("ASK");
    expect(new Set(signedIn.username)).toEqual(new Set(["email"]));

    await page.goto(`${latchkey.url}/security/`);
    await expect(page.locator("form input[autocomplete=username]")).toHaveValue(email);
    await fill(page, { "Current password": PASSWORD, "New password": OTHER_PASSWORD });
    await press(page, "Change password");
    await expectNotice(page, "/security/", "Your password has been changed");
    expect((await decided()).decision).toBe("ASK");
  });
});
