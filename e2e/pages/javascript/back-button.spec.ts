import { BROWSER_ARGUMENTS, findBrowser, findWholeBrowser } from "../../browser.ts";
import { expect, expectNotice, press, test } from "../../pages.ts";

/* With the browser's memory of whole pages, which Playwright switches off otherwise. */
test.use({
  launchOptions: {
    args: BROWSER_ARGUMENTS,
    executablePath: findWholeBrowser() ?? findBrowser() ?? undefined,
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  },
});

test.beforeEach(() => test.info().skip(!findWholeBrowser(), "needs Chromium itself"));

test("after signing out, pages in the browser's cache show nothing private either", async ({ page, user }) => {
  for (const path of ["/profile/", "/sessions/", "/security/"]) await page.goto(path);
  await expect(page.getByRole("banner")).toContainText(user.username);
  await press(page, "Sign out");
  await expectNotice(page, "/login/", "You’re signed out.");
  for (let back = 0; back < 3; back++) {
    await page.evaluate(() => history.back());
    await expect(page).toHaveURL(/\/login\/\?next=/);
    await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
    expect(await page.content()).not.toContain(user.username);
  }
});
