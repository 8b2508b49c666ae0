import { expect, expectNotice, field, PASSWORD, person, sessionCookie, tabTo, test } from "../pages.ts";

/** Every task by keyboard alone: what is needed is reached with Tab, in order, and done with the keys it should have. */
test("a person registers, edits the profile and signs out without a mouse", async ({ page, context }) => {
  const { email, username } = person();
  await page.goto("/");
  await tabTo(page, page.getByRole("link", { name: "Create an account" }));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/register\/$/);
  for (const [label, value] of Object.entries({ "Email address": email, "Create a password": PASSWORD, Username: username })) {
    await tabTo(page, field(page, label));
    await page.keyboard.insertText(value);
  }
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/profile\//);
  await tabTo(page, field(page, "About you (optional)"));
  await page.keyboard.insertText("By keyboard");
  await tabTo(page, page.getByRole("button", { name: "Save changes" }));
  await page.keyboard.press("Enter");
  await expectNotice(page, "/profile/", "Your profile has been saved.");
  await expect(field(page, "About you (optional)")).toHaveValue("By keyboard");
  await tabTo(page, page.getByRole("button", { name: "account menu" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "Sign out" }));
  await page.keyboard.press("Space");
  await expectNotice(page, "/login/", "You’re signed out.");
  expect(await sessionCookie(context)).toBeUndefined();
});

test("a person signs in, corrects a mistake from the summary, and changes the password without a mouse", async ({ page, latchkey }) => {
  const user = await latchkey.newUser();
  await page.goto("/login/");
  await tabTo(page, field(page, "Email address"));
  await page.keyboard.insertText(user.email);
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("link", { name: "Enter your password." }));
  await page.keyboard.press("Enter");
  await expect(field(page, "Password")).toBeFocused();
  await page.keyboard.insertText(user.password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/profile\//);
  await tabTo(page, page.getByRole("link", { name: "Security" }));
  await page.keyboard.press("Enter");
  await tabTo(page, field(page, "Current password"));
  await page.keyboard.insertText(user.password);
  await tabTo(page, field(page, "New password"));
  await page.keyboard.insertText("Another horse 8 stable");
  await page.keyboard.press("Enter");
  await expectNotice(page, "/security/", "Your password has been changed");
});

test("a person names and ends a session, and signs out everywhere without a mouse", async ({ page, user, latchkey }) => {
  const other = await latchkey.signIn(user, { device_name: "Lost phone" });
  await page.goto("/sessions/");
  await tabTo(page, page.locator("summary").last());
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByLabel("Name of this session").last());
  await page.keyboard.press("End");
  await page.keyboard.insertText(" of mine");
  await page.keyboard.press("Enter");
  await expectNotice(page, "/sessions/", "Session renamed");
  await tabTo(page, page.getByRole("button", { name: "End session of Lost phone of mine" }));
  await page.keyboard.press("Enter");
  await expectNotice(page, "/sessions/", "That device is now signed out");
  expect((await latchkey.api("GET", "/auth/me/", { token: other })).status).toBe(401);
  await tabTo(page, page.getByRole("link", { name: "Sign out everywhere" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Sign out everywhere?" })).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Sign out everywhere" }));
  await page.keyboard.press("Enter");
  await expectNotice(page, "/login/", "You’re signed out everywhere.");
});

test("the first Tab of every page leads past the header", async ({ page, user }) => {
  for (const path of ["/profile/", "/sessions/", "/security/"]) {
    await page.goto(path);
    await expect(page.getByRole("banner")).toContainText(user.username);
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to the main content" });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page.locator("main")).toBeFocused();
  }
});
