import { expect, expectNotice, isSignedIn, press, sessionCookie, test, WITHOUT_JAVASCRIPT, write } from "../pages.ts";

const SIGNED_IN_PAGES = [
  "/profile/",
  "/sessions/",
  "/sessions/sign-out-everywhere/",
  "/security/",
  "/account/",
  "/auth/docs/",
  "/nowhere/",
];

for (const path of SIGNED_IN_PAGES) {
  const run = path === "/profile/" ? {} : WITHOUT_JAVASCRIPT; // the header's form is the same plain one on every page
  test(`a user signs out from ${path}: this session is over, and only this one`, run, async ({ page, context, user, latchkey }) => {
    const other = await latchkey.signIn(user);
    await page.goto(path);
    const answer = page.waitForResponse((response) => response.url().endsWith("/sign-out/"));
    await press(page, "Sign out");
    const headers = await (await answer).allHeaders();
    expect(headers["clear-site-data"]).toBe('"cache", "storage"');
    expect(headers["cache-control"]).toBe("no-store");
    await expectNotice(page, "/login/", "You’re signed out.");
    await expect(page.getByText("You’re signed out.")).toBeVisible();
    expect(await sessionCookie(context)).toBeUndefined();
    expect(await isSignedIn(user.cookie)).toBe(false);
    expect((await latchkey.api("GET", "/auth/me/", { token: other })).status).toBe(200);
  });
}

test("after signing out the back button shows nothing private, and nothing was left in the browser", async ({ page, user }) => {
  await page.goto("/profile/");
  await page.goto("/security/");
  await press(page, "Sign out");
  await expect(page).toHaveURL(/\/login\//);
  for (let back = 0; back < 2; back++) {
    await page.goBack();
    await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
    expect(await page.content()).not.toContain(user.username);
  }
  const kept = await page.evaluate(() => ({ local: localStorage.length, session: sessionStorage.length, cookies: document.cookie }));
  expect(kept).toEqual({ local: 0, session: 0, cookies: "" });
});

test("opening the address of the sign-out signs nobody out", WITHOUT_JAVASCRIPT, async ({ page, user }) => {
  await page.goto("/sign-out/");
  await expect(page).toHaveURL(/\/profile\/$/);
  expect(await isSignedIn(user.cookie)).toBe(true);
});

test("signing out twice, as from two tabs, is no error", async ({ page, context, user }) => {
  const second = await context.newPage();
  for (const tab of [page, second]) await tab.goto("/profile/");
  await press(page, "Sign out");
  await expectNotice(page, "/login/", "You’re signed out.");
  await expect(second.getByRole("banner")).toContainText(user.username);
  await press(second, "Sign out");
  await expectNotice(second, "/login/", "You’re signed out.");
});

for (const button of ["Sign out", "Sign out everywhere"]) {
  test(`“${button}” on a page whose session has ended already leads to the sign-in page`, WITHOUT_JAVASCRIPT, async ({ page, user }) => {
    await page.goto("/sessions/sign-out-everywhere/");
    write("delete from sessions where user_id = ?", user.id);
    await press(page, button);
    await expectNotice(page, "/login/", "You’re signed out.");
  });
}
