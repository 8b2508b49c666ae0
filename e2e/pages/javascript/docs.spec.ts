import { expect, test } from "../../pages.ts";

test("a script copies an example, and marks the section that is being read", async ({ page, context, latchkey }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/auth/docs/");
  const section = page.locator("section#logIn");
  await section.scrollIntoViewIfNeeded();
  await section.getByRole("button", { name: /^Copy curl/ }).click();
  await expect(section.getByRole("button", { name: /^Copied/ })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(`curl ${latchkey.url}/auth/login/`);
  await page.getByRole("navigation", { name: "On this page" }).getByRole("link", { name: "User", exact: true }).click();
  await expect(page.locator("nav a[aria-current=location]")).toHaveText("User");
});
