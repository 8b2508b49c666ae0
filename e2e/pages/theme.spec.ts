import { expect, openMenu, press, test, WITHOUT_JAVASCRIPT } from "../pages.ts";

test("a theme is chosen in the menu, and stays in this browser, signed in or not", WITHOUT_JAVASCRIPT, async ({ page, user }) => {
  const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  await page.goto("/security/?type=session.opened");
  await expect(page.getByRole("banner")).toContainText(user.username);
  expect(await scheme()).toBe("light dark");
  await openMenu(page);
  await press(page, "Dark");
  await expect(page).toHaveURL(/\/security\/\?type=session\.opened$/);
  expect(await scheme()).toBe("dark");
  await press(page, "Sign out");
  await expect(page).toHaveURL(/\/login\/$/);
  expect(await scheme()).toBe("dark");
  await press(page, "Theme");
  await press(page, "System");
  expect(await scheme()).toBe("light dark");
});
