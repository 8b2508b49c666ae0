import type { Page } from "@playwright/test";
import { expect, expectMessage, expectNotice, expectRefusal, field, fill, hydrated, PASSWORD, person, press, test } from "../../pages.ts";

/** Holds all scripts back until they are let go: the page is there, and JavaScript is not. */
async function holdScripts(page: Page): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route("**/_next/static/**/*.js", async (route) => {
    await promise;
    await route.continue().catch(() => {}); // the page that asked may be gone
  });
  return resolve;
}

/** A page whose scripts never come; the next one has them. */
async function withoutScripts(page: Page, path: string): Promise<void> {
  await page.route("**/_next/static/**/*.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  await page.goto(path, { waitUntil: "domcontentloaded" });
  await page.unroute("**/_next/static/**/*.js");
}

const BIO = "About you (optional)";

test("a registration refused before JavaScript loads keeps what was typed", async ({ page, latchkey }) => {
  const other = await latchkey.newUser();
  const typed = { "Email address": other.email, Username: other.username, [BIO]: "Typed early" };
  await withoutScripts(page, "/register/");
  await fill(page, { ...typed, "Create a password": PASSWORD });
  await press(page, "Create account");
  await hydrated(page);
  await expectRefusal(page, {
    "Email address": "There’s already an account with this email address. Use another one.",
    Username: "That username is taken. Try another.",
  });
  for (const [label, value] of Object.entries(typed)) await expect(field(page, label)).toHaveValue(value);
  await expect(field(page, "Create a password")).toHaveValue("");
  const { email, username } = person();
  await fill(page, { "Email address": email, Username: username, "Create a password": PASSWORD });
  await press(page, "Create account");
  await expect(page).toHaveURL(/\/profile\//);
  await expect(field(page, BIO)).toHaveValue("Typed early");
});

test("what is typed while JavaScript loads is kept", async ({ page }) => {
  const { email, username } = person();
  const letGo = await holdScripts(page);
  await page.goto("/register/", { waitUntil: "commit" });
  const typed = { "Email address": email, "Create a password": PASSWORD, Username: username, [BIO]: "Typed early" };
  await fill(page, typed);
  letGo();
  await hydrated(page);
  for (const [label, value] of Object.entries(typed)) await expect(field(page, label)).toHaveValue(value);
  await press(page, "Create account");
  await expect(page).toHaveURL(/\/profile\//);
  await expect(field(page, BIO)).toHaveValue("Typed early");
});

test("a sign-in refused before JavaScript loads keeps the address and the check mark", async ({ page, latchkey }) => {
  const user = await latchkey.newUser();
  await withoutScripts(page, "/login/");
  await fill(page, { "Email address": user.email, Password: "Wrong horse 7 battery" });
  await page.getByRole("checkbox", { name: "Keep me signed in" }).check();
  await press(page, "Sign in");
  await hydrated(page);
  await expectMessage(page, "That email address or password isn’t right.");
  await expect(field(page, "Email address")).toHaveValue(user.email);
  await expect(page.getByRole("checkbox", { name: "Keep me signed in" })).toBeChecked();
});

test("a profile refused before JavaScript loads keeps what was typed, not what is stored", async ({ page, user, latchkey }) => {
  const other = await latchkey.newUser();
  await withoutScripts(page, "/profile/");
  const typed = { Username: other.username, [BIO]: "Typed early" };
  await fill(page, typed);
  await press(page, "Save changes");
  await hydrated(page);
  await expectRefusal(page, { Username: "That username is taken. Try another." });
  for (const [label, value] of Object.entries(typed)) await expect(field(page, label)).toHaveValue(value);
  await expect(page.getByRole("region", { name: "Email address" })).toContainText(user.email);
});

test("what is typed into a profile while JavaScript loads is kept, and is saved", async ({ page, user, latchkey }) => {
  const letGo = await holdScripts(page);
  await page.goto("/profile/", { waitUntil: "commit" });
  await fill(page, { [BIO]: "Typed early" });
  letGo();
  await hydrated(page);
  await expect(field(page, BIO)).toHaveValue("Typed early");
  await press(page, "Save changes");
  await expectNotice(page, "/profile/", "Your profile has been saved.");
  expect((await latchkey.kept(user)).user).toMatchObject({ bio: "Typed early" });
});
