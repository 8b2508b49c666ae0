import { expect, expectNotice, expectRefusal, fill, press, test, WITHOUT_JAVASCRIPT, write } from "../pages.ts";

const HERE = "/account/secured/";
const ELEVEN_MINUTES_MS = 11 * 60 * 1_000;

test("somebody signs out everybody else, takes back their username and is led to a new password", async ({ page, user, latchkey }) => {
  const thief = await latchkey.signIn(user);
  const taken = `x.${user.username}`;
  await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token: thief, json: { username: taken } });
  await page.goto("/account/");
  await page.getByRole("link", { name: "Secure my account" }).click();
  await press(page, "Sign out everybody else");
  await expectNotice(page, HERE, "Everybody else is signed out.");
  expect((await latchkey.api("GET", "/auth/me/", { token: thief })).status).toBe(401);
  const changes = page.getByRole("list", { name: "3. Look at what changed" });
  await expect(changes.getByRole("listitem")).toHaveText([/Username changed.*Change back to/s]);
  await changes.getByRole("button", { name: `Change back to ${user.username}` }).click();
  await expectNotice(page, HERE, "You have your former username again.");
  await expect(changes.getByRole("button")).toHaveCount(0);
  await page.getByRole("link", { name: "Change password" }).click();
  await expect(page.getByRole("heading", { name: "Change your password" })).toBeVisible();
});

test("some minutes after signing in the password is asked for first", async ({ page, user, latchkey }) => {
  const other = await latchkey.signIn(user);
  await page.goto("/account/secure/");
  write("update sessions set authenticated_at = authenticated_at - ? where user_id = ?", ELEVEN_MINUTES_MS, user.id);
  await press(page, "Sign out everybody else");
  await expectRefusal(page, { "Current password": "Enter your current password to secure your account." });
  await fill(page, { "Current password": "Wrong horse 7 battery" });
  await press(page, "Sign out everybody else");
  await expectRefusal(page, { "Current password": "That’s not your current password. Try again." });
  expect((await latchkey.api("GET", "/auth/me/", { token: other })).status).toBe(200);
  await fill(page, { "Current password": user.password });
  await press(page, "Sign out everybody else");
  await expectNotice(page, HERE, "Everybody else is signed out.");
  expect((await latchkey.api("GET", "/auth/me/", { token: other })).status).toBe(401);
});

test("a new token is listed as ended, and where nothing changed the page says so", WITHOUT_JAVASCRIPT, async ({ page, user, latchkey }) => {
  await page.goto(HERE);
  await expect(page.getByText("In the last 30 days nobody changed your email address")).toBeVisible();
  const token = await latchkey.signIn(user);
  await latchkey.api("POST", "/auth/tokens/", { token, json: { name: "Script" } });
  await page.reload();
  await expect(page.getByRole("listitem").filter({ hasText: "Personal access token made" })).toContainText("No token works any more.");
});

test("visitors are sent to sign in", WITHOUT_JAVASCRIPT, async ({ page }) => {
  for (const path of ["/account/secure/", HERE]) {
    await page.goto(path);
    await expect(page).toHaveURL(`/login/?next=${encodeURIComponent(path)}`);
  }
});
