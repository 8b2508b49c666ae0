import type { Locator, Page } from "@playwright/test";
import { expect, expectNotice, fill, isSignedIn, press, sessionCookie, test, WITHOUT_JAVASCRIPT } from "../pages.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const CURL = "curl/8.5.0";

const rows = (page: Page) => page.getByRole("main").getByRole("listitem");
const row = (page: Page, name: string) => rows(page).filter({ has: page.getByRole("heading", { name }) });

test("a user sees this device first, and every device in words", WITHOUT_JAVASCRIPT, async ({ page, user, latchkey }) => {
  await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: user.password }, headers: { "user-agent": CURL } });
  await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: user.password }, headers: { "user-agent": FIREFOX } });
  await page.goto("/sessions/");
  await expect(page).toHaveTitle("Sessions – Latchkey");
  await expect(page.getByText("You’re signed in on 3 devices.")).toBeVisible();
  await expect(rows(page)).toHaveCount(3);
  await expect(rows(page).nth(0)).toContainText("This device");
  await expect(page.getByText("This device", { exact: true })).toHaveCount(1);
  await expect(page.getByRole("region", { name: "Other devices 1" }).getByRole("heading", { level: 3 })).toHaveText("Firefox on Linux");
  await expect(page.getByRole("region", { name: "Apps and scripts 1" }).getByRole("heading", { level: 3 })).toHaveText("curl 8.5");
  await expect(rows(page).nth(1).locator("time").first()).toHaveAttribute("datetime", /^\d{4}-\d\d-\d\dT.*Z$/);
  await expect(rows(page).nth(1)).toContainText(/Address\s*127\.\d+\.\d+\.\d+/);
});

test("a user names a session, and removes the name again", async ({ page, user, latchkey }) => {
  await latchkey.signIn(user);
  await page.goto("/sessions/");
  const name = (at: Locator) => at.getByLabel("Name of this session");
  const save = (at: Locator) => at.getByRole("button", { name: "Save name" }).click();
  await rows(page).nth(1).locator("summary").click();
  await name(rows(page).nth(1)).fill("The old laptop");
  await save(rows(page).nth(1));
  await expectNotice(page, "/sessions/", "Session renamed");
  const old = row(page, "The old laptop");
  await old.locator("summary").click();
  await expect(name(old)).toHaveValue("The old laptop");
  await name(old).fill("x".repeat(61));
  await save(old);
  const words = "Use at most 60 characters for the name.";
  await expect(old.getByRole("alert", { name: "There is a problem" })).toBeFocused();
  await expect(old.getByRole("link", { name: words })).toHaveAttribute("href", `#${await name(old).getAttribute("id")}`);
  await expect(name(old)).toHaveAccessibleDescription(new RegExp(words));
  await expect(name(old)).toHaveValue("x".repeat(61));
  await expect(page.locator("[aria-invalid]")).toHaveCount(1);
  await name(old).fill("");
  await save(old);
  await expect(page.getByText("Session renamed.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 3, name: "The old laptop" })).toHaveCount(0);
});

test("a user ends one session, and exactly that device is signed out", async ({ page, user, latchkey }) => {
  const [ended, kept] = [await latchkey.signIn(user, { device_name: "Lost phone" }), await latchkey.signIn(user)];
  await page.goto("/sessions/");
  await page.getByRole("listitem").filter({ hasText: "Lost phone" }).getByRole("button", { name: "End session" }).click();
  await expect(page.getByText("That device is now signed out.")).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
  expect((await latchkey.api("GET", "/auth/me/", { token: ended })).status).toBe(401);
  expect((await latchkey.api("GET", "/auth/me/", { token: kept })).status).toBe(200);
});

test("a session ends from its own page too", async ({ page, user, latchkey }) => {
  const ended = await latchkey.signIn(user, { device_name: "Lost phone" });
  await page.goto("/security/");
  await page.getByRole("link", { name: "See session" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Lost phone" })).toBeVisible();
  await fill(page, { "Name of this session": "The lost phone" });
  await press(page, "Save name");
  await row(page, "The lost phone").getByRole("button", { name: "End session of The lost phone" }).waitFor();
  await page.goBack();
  await press(page, "End this session");
  await expect(page.getByText("That device is now signed out.")).toBeVisible();
  expect((await latchkey.api("GET", "/auth/me/", { token: ended })).status).toBe(401);
});

test("ending a session that has ended already is no error", async ({ page, user, latchkey }) => {
  const token = await latchkey.signIn(user, { device_name: "Lost phone" });
  await page.goto("/sessions/");
  expect((await latchkey.api("POST", "/auth/logout/", { token, json: {} })).status).toBe(200);
  await page.getByRole("listitem").filter({ hasText: "Lost phone" }).getByRole("button", { name: "End session" }).click();
  await expect(page.getByText("That device is now signed out.")).toBeVisible();
});

test("a user ends all other sessions and stays signed in here", async ({ page, user, latchkey }) => {
  const tokens = [await latchkey.signIn(user), await latchkey.signIn(user)];
  await page.goto("/sessions/");
  await press(page, "Sign out of 2 other devices");
  await expect(page.getByText("You’re now signed in on this device only.")).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByText("You’re only signed in here.").first()).toBeVisible();
  await expect(page.getByRole("button", { name: /other device/ })).toHaveCount(0);
  for (const token of tokens) expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(401);
});

test("a user signs out everywhere, and every device is signed out; nobody else is", async ({ page, context, user, latchkey }) => {
  const token = await latchkey.signIn(user);
  const stranger = await latchkey.signIn(await latchkey.newUser());
  await page.goto("/sessions/");
  await page.getByRole("link", { name: "Sign out everywhere" }).click();
  await expect(page.getByRole("heading", { name: "Sign out everywhere?" })).toBeVisible();
  expect((await latchkey.api("GET", "/auth/me/", { token })).status, "asked first").toBe(200);
  await press(page, "Sign out everywhere");
  await expectNotice(page, "/login/", "You’re signed out everywhere.");
  await expect(page.getByText("You’re signed out everywhere.")).toBeVisible();
  expect(await sessionCookie(context)).toBeUndefined();
  expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(401);
  expect(await isSignedIn(user.cookie)).toBe(false);
  expect((await latchkey.api("GET", "/auth/me/", { token: stranger })).status).toBe(200);
  await page.goto("/sessions/");
  await expect(page).toHaveURL(/\/login\/\?next=%2Fsessions%2F$/);
});

test("the confirmation of signing out everywhere is also a page, and can be cancelled", async ({ page, user }) => {
  await page.goto("/sessions/sign-out-everywhere/");
  await page.getByRole("link", { name: "Stay signed in" }).click();
  await expect(page).toHaveURL(/\/sessions\/$/);
  expect(await isSignedIn(user.cookie)).toBe(true);
});

test("other people's sessions and unknown ones are not found, alike", WITHOUT_JAVASCRIPT, async ({ page, user, latchkey }) => {
  const stranger = await latchkey.newUser();
  await latchkey.signIn(stranger, { device_name: "Private name" });
  const theirs = (await latchkey.kept(stranger)).sessions[0]?.id;
  expect(user.id).not.toBe(stranger.id);
  for (const id of [theirs, 12345, "x", "../profile", user.cookie]) {
    const response = await page.goto(`/sessions/${encodeURIComponent(String(id))}/`);
    expect(response?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
    await expect(page.getByText("Private name")).toHaveCount(0);
  }
});
