import { expect, expectNotice, hydrated, isSignedIn, press, test } from "../../pages.ts";

test("signing out everywhere is confirmed in a dialog, which keeps the focus and closes by key or button", async ({ page, user }) => {
  await page.goto("/sessions/");
  await hydrated(page);
  const dialog = page.getByRole("dialog", { name: "Sign out everywhere?" });
  const link = page.getByRole("link", { name: "Sign out everywhere" });
  await expect(dialog).toHaveCount(0);
  for (const leave of [() => page.keyboard.press("Escape"), () => press(page, "Cancel")]) {
    await link.click();
    await expect(dialog).toBeVisible();
    await expect(page).toHaveURL(/\/sessions\/$/);
    await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
    await leave();
    await expect(dialog).toHaveCount(0);
    await expect(link).toBeFocused();
  }
  expect(await isSignedIn(user.cookie)).toBe(true);
  await link.click();
  await press(page, "Sign out everywhere");
  await expectNotice(page, "/login/", "You’re signed out everywhere.");
  expect(await isSignedIn(user.cookie)).toBe(false);
});

test("with a modifier key the confirmation opens as a page", async ({ page, context, user }) => {
  await page.goto("/sessions/");
  await hydrated(page);
  await expect(page.getByRole("banner")).toContainText(user.username);
  const opened = context.waitForEvent("page");
  await page.getByRole("link", { name: "Sign out everywhere" }).click({ modifiers: ["Control"] });
  await expect(await opened).toHaveURL(/\/sessions\/sign-out-everywhere\/$/);
  await expect(page.getByRole("dialog")).toHaveCount(0);
});
