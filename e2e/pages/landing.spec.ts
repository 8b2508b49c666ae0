import { expect, test, WITHOUT_JAVASCRIPT } from "../pages.ts";

test("the home page says what this is and links to sign-in and registration", async ({ page }) => {
  const response = await page.goto("/");
  expect(response?.status()).toBe(200);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByText("Manage your profile, your password and the devices you’re signed in on")).toBeVisible();
  await page.getByRole("link", { name: "Create an account" }).click();
  await expect(page).toHaveURL(/\/register\/$/);
  await page.goto("/");
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/login\/$/);
});

test(
  "a signed-in user is redirected from the home page, sign-in and registration to the profile",
  WITHOUT_JAVASCRIPT,
  async ({ page, user }) => {
    for (const path of ["/", "/login/", "/register/"]) {
      await page.goto(path);
      await expect(page).toHaveURL(/\/profile\/$/);
    }
    await expect(page.getByRole("banner")).toContainText(user.username);
  },
);
