import { expect, expectNotice, expectRefusal, fill, isSignedIn, press, test, WITHOUT_JAVASCRIPT, write } from "../pages.ts";

const ELEVEN_MINUTES_MS = 11 * 60 * 1_000;

test("somebody deactivates the account, is signed out, and uses it again after signing in", async ({ page, user, latchkey }) => {
  const other = await latchkey.signIn(user);
  await page.goto("/account/");
  await page.getByRole("link", { name: "Deactivate my account" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Deactivate your account?");
  await press(page, "Deactivate my account");
  await expectNotice(page, "/login/", "Your account is deactivated, and you’re signed out everywhere. To use it again, sign in.");
  expect((await latchkey.api("GET", "/auth/me/", { token: other })).status).toBe(401);
  expect(await isSignedIn(user.cookie)).toBe(false);

  await fill(page, { "Email address": user.email, Password: user.password });
  await press(page, "Sign in");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Use your account again?");
  expect((await latchkey.kept(user)).user).toMatchObject({ status: "inactive" });
  await press(page, "Activate my account");
  await expectNotice(page, "/profile/", "Welcome back! Your account is active again.");
  expect((await latchkey.kept(user)).user).toMatchObject({ status: "active" });
});

test("somebody deletes the account, has two weeks to think again, and keeps it", async ({ page, user, latchkey }) => {
  await page.goto("/account/");
  await page.getByRole("link", { name: "Delete my account" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "After 14 days everything is deleted for good" })).toBeVisible();
  await fill(page, { "Your username": "somebody.else" });
  await press(page, "Delete my account");
  await expectRefusal(page, { "Your username": "That’s not your username. Type it as it’s shown." });
  await fill(page, { "Your username": user.username });
  await press(page, "Delete my account");
  await expectNotice(
    page,
    "/login/",
    "Your account will be deleted, and you’re signed out everywhere. Until then you can sign in to keep it.",
  );
  expect((await latchkey.kept(user)).user).toMatchObject({ status: "deleting" });

  await fill(page, { "Email address": user.email, Password: user.password });
  await press(page, "Sign in");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Keep your account?");
  await expect(page.getByRole("main")).toContainText(/it will be deleted on .*\d{4}/);
  await press(page, "Keep my account");
  await expectNotice(page, "/profile/", "Welcome back! Your account is active again.");
  expect((await latchkey.kept(user)).user).toMatchObject({ status: "active", status_until: null });
});

test("deleted now, with the password, nothing is left", async ({ page, user, latchkey }) => {
  await page.goto("/account/delete/");
  await page.getByRole("link", { name: "Delete it now, without waiting" }).click();
  await fill(page, { "Your username": user.username, "Current password": "Wrong horse 7 battery" });
  await press(page, "Delete my account now");
  await expectRefusal(page, { "Current password": "That’s not your current password. Try again." });
  await fill(page, { "Your username": user.username, "Current password": user.password });
  await press(page, "Delete my account now");
  await expectNotice(page, "/login/", "Your account and everything in it is deleted.");
  expect((await latchkey.kept(user)).user).toBeUndefined();
});

test("some minutes after signing in the password is asked for first", async ({ page, user, latchkey }) => {
  await page.goto("/account/deactivate/");
  write("update sessions set authenticated_at = authenticated_at - ? where user_id = ?", ELEVEN_MINUTES_MS, user.id);
  await press(page, "Deactivate my account");
  await expectRefusal(page, { "Current password": "Enter your current password to deactivate your account." });
  await fill(page, { "Current password": user.password });
  await press(page, "Deactivate my account");
  await expect(page).toHaveURL("/login/");
  expect((await latchkey.kept(user)).user).toMatchObject({ status: "inactive" });
});

test("visitors are sent to sign in, and nobody to a question that waits for no answer", WITHOUT_JAVASCRIPT, async ({ page }) => {
  for (const path of ["/account/deactivate/", "/account/delete/", "/account/delete/now/"]) {
    await page.goto(path);
    await expect(page).toHaveURL(`/login/?next=${encodeURIComponent(path)}`);
  }
  await page.goto("/login/return/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in again");
});
