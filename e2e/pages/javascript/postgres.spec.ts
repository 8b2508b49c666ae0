import { expect, test } from "@playwright/test";
import { findBrowser } from "../../browser.ts";
import { stored } from "../../database.ts";
import { PASSWORD, person } from "../../fixtures.ts";
import { field, fill, press } from "../../pages.ts";
import { newDatabase } from "../../postgres.ts";
import { newFolder, start, stop } from "../../servers.ts";

test("on PostgreSQL a person registers, edits the profile, signs out everywhere and in again", async ({ page }, info) => {
  info.skip(!findBrowser(), "needs Chromium");
  const databaseUrl = await newDatabase();
  const running = await start("front-door", newFolder("postgres"), databaseUrl);
  const { email, username } = person();
  try {
    await page.goto(`${running.url}/register/`);
    await fill(page, { "Email address": email, "Create a password": PASSWORD, Username: username });
    await press(page, "Create account");
    await expect(page).toHaveURL(`${running.url}/profile/`);
    await fill(page, { "About you (optional)": "Reads maps." });
    await press(page, "Save changes");
    await expect(page.getByRole("alert").filter({ hasText: "Your profile has been saved" })).toBeVisible();
    await page.goto(`${running.url}/security/`);
    await expect(page.getByRole("main")).toContainText("Account created");
    await page.goto(`${running.url}/sessions/`);
    await page.getByRole("link", { name: "Sign out everywhere" }).click();
    await press(page, "Sign out everywhere");
    await expect(page).toHaveURL(/\/login\//);
    await fill(page, { "Email address": email, Password: PASSWORD });
    await press(page, "Sign in");
    await expect(page).toHaveURL(`${running.url}/profile/`);
    await expect(field(page, "About you (optional)")).toHaveValue("Reads maps.");
    const database = stored(databaseUrl);
    expect(await database.rows("select bio from users where username = ?", username)).toEqual([{ bio: "Reads maps." }]);
    await database.close();
  } finally {
    await stop(running);
  }
});
