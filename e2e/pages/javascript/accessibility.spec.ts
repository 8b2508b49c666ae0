import { AxeBuilder } from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { renderEmail } from "#accounts/emails/templates.ts";
import { addressWithKey, keepMail } from "../../mailbox.ts";
import { expect, hydrated, openMenu, press, test } from "../../pages.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const COLOUR_RULES = ["color-contrast", "link-in-text-block"]; // all that dark mode can break: it changes nothing but colours
const HEIGHT = 800;

/** Nobody is left out: in light and dark, on the narrowest screen and a wide one, and nothing has to be scrolled sideways. */
async function check(page: Page): Promise<void> {
  await hydrated(page);
  let axeSource: string | undefined; // the default is half a megabyte of axe itself, which the page needs once
  for (const width of [320, 1_280]) {
    await page.setViewportSize({ width, height: HEIGHT });
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(sideways, `${page.url()} at ${width} px`).toBe(0);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const axe = new AxeBuilder({ page, axeSource }).setLegacyMode();
      const { violations } = await (colorScheme === "dark" ? axe.withRules(COLOUR_RULES) : axe.withTags(RULES)).analyze();
      axeSource = "0"; // a script that does nothing
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
      expect(found, `${page.url()} at ${width} px, ${colorScheme}`).toEqual([]);
    }
  }
}

for (const path of [
  "/",
  "/login/",
  "/register/",
  "/register/passkey/",
  "/login/second-factor/",
  "/forgot-password/",
  "/not-me/",
  "/nowhere/",
]) {
  test(`axe finds nothing on ${path}, signed out`, async ({ page }) => {
    await page.goto(path);
    await check(page);
  });
}

test("axe finds nothing in the API reference", async ({ page }) => {
  await page.goto("/auth/docs/");
  await check(page);
});

for (const path of [
  "/profile/",
  "/sessions/",
  "/sessions/sign-out-everywhere/",
  "/security/",
  "/security/tokens/",
  "/security/two-step/",
  "/security/passkeys/",
  "/account/",
  "/account/secure/",
  "/account/secured/",
  "/account/deactivate/",
  "/account/delete/",
  "/account/delete/now/",
  "/nowhere/",
]) {
  test(`axe finds nothing on ${path}, signed in`, async ({ page, user, latchkey }) => {
    await latchkey.signIn(user, { device_name: "A name of sixty characters, which is as long as any one gets" });
    await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: "Wrong horse 7 battery" } });
    await page.goto(path);
    if (path === "/nowhere/") await openMenu(page);
    await check(page);
  });
}

for (const [path, kind] of [
  ["/reset-password/", "reset"],
  ["/verify-email/", "verify"],
  ["/not-me/", "new_device"],
] as const) {
  test(`axe finds nothing on ${path} with the link of a mail`, async ({ page, user, latchkey }) => {
    const other = await latchkey.newUser();
    await latchkey.signIn(other);
    await latchkey.api("POST", "/auth/forgot-password/", { json: { email: other.email } });
    await page.goto(`${path}?token=${await latchkey.mailedToken(kind, other.email)}`);
    await expect(page.getByText(`You’re signed in as ${user.username}.`)).toBeVisible();
    await check(page);
  });
}

const happened = { username: "mary.somerville", at: 0, device: "Firefox on Linux", ip: "2001:db8:85a3:1234:5678:8a2e:370:7334" };
const link = { url: `https://accounts.example.org/reset-password/?token=${"x".repeat(47)}`, expiresAt: 0 };

for (const { subject, html } of [
  renderEmail("reset", { username: "mary.somerville", ...link }),
  renderEmail("undo_change", { ...happened, undo: link }),
  renderEmail("deleted", { ...happened, byUser: false }),
]) {
  test(`axe finds nothing in the mail “${subject}”`, async ({ page }) => {
    await page.setContent(html);
    await check(page);
  });
}

test("axe finds nothing on the pages with the mails", async ({ page }) => {
  const recipient = keepMail("/login/");
  await page.goto(addressWithKey());
  await check(page);
  await page.getByRole("listitem").filter({ hasText: recipient }).getByRole("link").click();
  await page.locator("iframe").evaluate((frame) => frame.remove()); // axe can't talk to a frame without scripts; the HTML is checked above
  await check(page);
});

for (const [path, button] of [
  ["/login/", "Sign in"],
  ["/register/", "Create account"],
] as const) {
  test(`axe finds nothing on ${path} with errors`, async ({ page }) => {
    await page.goto(path);
    await hydrated(page);
    await press(page, button);
    await expect(page).toHaveTitle(/^Error: /);
    await check(page);
  });
}

test("axe finds nothing on the profile with errors and a long name", async ({ page, latchkey, user }) => {
  const username = `${"w".repeat(12)}${user.username}`.slice(0, 30);
  await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token: await latchkey.signIn(user), json: { username } });
  await page.goto("/profile/");
  await hydrated(page);
  await page.getByLabel("Username", { exact: true }).fill("");
  await press(page, "Save changes");
  await expect(page).toHaveTitle(/^Error: /);
  await check(page);
  await page.goto("/security/email/");
  await press(page, "Change email address");
  await expect(page).toHaveTitle(/^Error: /);
  await check(page);
});

test("axe finds nothing on the security page with errors", async ({ page, user }) => {
  await page.goto("/security/");
  await hydrated(page);
  await expect(page.getByRole("banner")).toContainText(user.username);
  await press(page, "Change password");
  await expect(page).toHaveTitle(/^Error: /);
  await check(page);
});

test("axe finds nothing on a session's page, in the open dialog and on “This wasn’t me”", async ({ page, user, latchkey }) => {
  await latchkey.signIn(user, { device_name: "Lost phone" });
  await page.goto("/sessions/");
  await hydrated(page);
  await page.getByRole("link", { name: "Sign out everywhere" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await check(page);
  await page.goto("/sessions/");
  await page.locator("summary").last().click();
  await check(page);
  await page.goto(`/sessions/${(await latchkey.kept(user)).sessions.find(({ device_name }) => device_name === "Lost phone")?.id}/`);
  await expect(page.getByRole("heading", { level: 1, name: "Lost phone" })).toBeVisible();
  await check(page);
  await page.goto("/security/");
  await page
    .getByRole("link", { name: /^This wasn’t me ?: Signed in/ })
    .first()
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "This wasn’t me" })).toBeVisible();
  await check(page);
});

test("forced colours show the current page, the current session and every button", async ({ page, user, latchkey }) => {
  await latchkey.signIn(user);
  await page.emulateMedia({ forcedColors: "active" });
  await page.goto("/sessions/");
  const seen = (locator: Locator, property: string) =>
    locator.evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
  const places = page.getByRole("navigation", { name: "Your account" }).getByRole("link");
  const edges = await Promise.all((await places.all()).map((place) => seen(place, "border-bottom-color")));
  expect(edges[1]).not.toBe(edges[0]);
  expect(edges[2]).toBe(edges[0]);
  const cards = page.getByRole("main").getByRole("listitem");
  expect(await seen(cards.first(), "border-left-width")).not.toBe(await seen(cards.last(), "border-left-width"));
  for (const path of ["/sessions/", "/profile/", "/security/"]) {
    await page.goto(path);
    await hydrated(page);
    await expect(page.getByRole("banner")).toContainText(user.username);
    for (const button of await page.locator("button:visible").all()) {
      expect(await seen(button, "border-top-width"), `${path} ${button}`).not.toBe("0px");
      expect(await seen(button, "border-top-color"), `${path} ${button}`).not.toMatch(/^rgba\(.*, 0\)$/);
    }
  }
});

test("everything to click or tap is at least 24 pixels high and wide", async ({ page, user }) => {
  await page.setViewportSize({ width: 320, height: HEIGHT });
  for (const path of ["/profile/", "/sessions/", "/security/"]) {
    await page.goto(path);
    await expect(page.getByRole("banner")).toContainText(user.username);
    for (const target of await page.locator("button:visible, input:visible:not([tabindex='-1']), select:visible").all()) {
      const box = await target.boundingBox();
      const label = await target.evaluate((element) => element.closest("label")?.getBoundingClientRect().height ?? 0);
      expect(Math.max(box?.height ?? 0, label), `${path} ${target}`).toBeGreaterThanOrEqual(24);
      expect(box?.width, `${path} ${target}`).toBeGreaterThanOrEqual(16);
    }
  }
});
