import { readFile } from "node:fs/promises";
import { unzipSync } from "fflate";
import { expect, test, WITHOUT_JAVASCRIPT } from "../pages.ts";

test("somebody downloads their data, as JSON and as a zip", WITHOUT_JAVASCRIPT, async ({ page, user }) => {
  await page.goto("/account/");
  for (const format of ["JSON", "ZIP"]) {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: `Download as ${format}` }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^account-\\d{4}-\\d\\d-\\d\\d\\.${format.toLowerCase()}$`));
    const bytes = await readFile(await download.path());
    const text = format === "ZIP" ? Buffer.from(unzipSync(bytes)["account.json"] ?? []) : bytes;
    expect(JSON.parse(text.toString()).email).toBe(user.email);
  }
});

test("nobody's data is at these addresses for a visitor, who is sent to sign in", WITHOUT_JAVASCRIPT, async ({ page }) => {
  for (const path of ["/account/data.json", "/account/data.zip", "/account/"]) {
    await page.goto(path);
    await expect(page).toHaveURL(`/login/?next=${encodeURIComponent("/account/")}`);
  }
});
