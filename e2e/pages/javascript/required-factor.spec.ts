import { expect, test } from "@playwright/test";
import { codeOf } from "#accounts/factors/testing.ts";
import { findBrowser } from "../../browser.ts";
import { PASSWORD, person } from "../../fixtures.ts";
import { fill, press } from "../../pages.ts";
import { newFolder, start, stop } from "../../servers.ts";

test("where everybody needs a second factor, it is set up right after the password, before anything else opens", async ({ page }, info) => {
  info.skip(!findBrowser(), "needs Chromium");
  const running = await start("front-door", newFolder("required"), undefined, { REQUIRE_SECOND_FACTOR: "all" });
  const { email, username } = person();
  try {
    await page.goto(`${running.url}/register/`);
    await fill(page, { "Email address": email, "Create a password": PASSWORD, Username: username });
    await press(page, "Create account");
    await expect(page.getByRole("heading", { level: 1, name: "Set up a second step" })).toBeVisible();
    await page.goto(`${running.url}/profile/`);
    await expect(page).toHaveURL(/\/login\//);
    await page.goto(`${running.url}/login/set-up/`);
    await press(page, "Show the QR code");
    const secret = (await page.locator("main code").innerText()).replaceAll(" ", "");
    await fill(page, { "The six-digit code your app shows": codeOf(secret) });
    await press(page, "Turn on");
    await expect(page.locator("main ol code")).toHaveCount(10);
    await page.getByRole("link", { name: "I’ve kept them" }).click();
    await expect(page).toHaveURL(`${running.url}/profile/`);
  } finally {
    await stop(running);
  }
});
