import type { Page } from "@playwright/test";
import type { NewUser } from "../fixtures.ts";
import { expect, expectNotice, field, fill, press, test, unique, WITHOUT_BROWSER, write } from "../pages.ts";
import { hiddenFields } from "../torture/pages.ts";

const BIO = "About you (optional)";
const CONTACT = "Contact information (optional)";
const KEPT = "We kept what you typed before you were signed out.";

test("what was typed when the session had expired is there after signing in again, and can be saved", async ({
  page,
  user,
  latchkey,
  javaScriptEnabled,
}) => {
  await signInHere(page, user);
  const typed = { Username: unique("new"), [BIO]: "A long\nstory “of” <b>mine</b>", [CONTACT]: "Room 5" };
  await fill(page, typed);
  write("delete from sessions where user_id = ?", user.id);
  await press(page, "Save changes");
  if (javaScriptEnabled === false) {
    await expect(page).toHaveURL(/\/login\/\?next=%2Fprofile%2F$/);
    expect(await page.content()).not.toContain("Room 5");
    await expect(page.getByRole("alert").filter({ hasText: "We kept what you typed: sign in again, and it will be there." })).toBeVisible();
    await fill(page, { "Email address": user.email, Password: user.password });
    await press(page, "Sign in");
    await expect(page).toHaveURL(/\/profile\/$/);
    await expect(page.getByText(KEPT)).toBeVisible();
  } else {
    const opened = page.waitForEvent("popup");
    await page.getByRole("link", { name: "Sign in again (opens in a new tab)" }).click();
    const tab = await opened;
    await fill(tab, { "Email address": user.email, Password: user.password });
    await press(tab, "Sign in");
    await expect(tab).toHaveURL(/\/profile\/$/);
  }
  for (const [label, value] of Object.entries(typed)) await expect(field(page, label)).toHaveValue(value);
  expect((await latchkey.kept(user)).user).toMatchObject({ bio: "" });
  await press(page, "Save changes");
  await expectNotice(page, "/profile/", "Your profile has been saved.");
  expect((await latchkey.kept(user)).user).toMatchObject({ bio: typed[BIO], username: typed.Username });
  await page.goto("/profile/");
  await expect(page.getByText(KEPT)).toHaveCount(0);
});

test("another user who signs in sees nothing of it; its owner does, later", async ({ page, user, latchkey }) => {
  await signInHere(page, user);
  await fill(page, { [BIO]: "Words of the first user" });
  const other = await latchkey.newUser({ bio: "Other words" });
  const tab = await page.context().newPage();
  await signInHere(tab, other);
  await press(page, "Save changes");
  await expectNotice(page, "/profile/", `You’re now signed in as ${other.username}.`);
  await expect(field(page, BIO)).toHaveValue("Other words");
  expect(await page.content()).not.toContain("Words of the first user");
  await signInHere(page, user);
  await expect(page.getByText(KEPT)).toBeVisible();
  await expect(field(page, BIO)).toHaveValue("Words of the first user");
});

test("no password is ever kept for later, and nothing that the form does not have", async ({ page, user, latchkey, javaScriptEnabled }) => {
  await signInHere(page, user);
  const form = await page.locator("main form").evaluate((one: HTMLFormElement) => {
    one.insertAdjacentHTML("beforeend", '<input name="current_password" value="Secret horse 9"><input name="odd" value="Odd one">');
    return one.method;
  });
  expect(form).toBe("post");
  await fill(page, { [BIO]: "x" });
  write("delete from sessions where user_id = ?", user.id);
  await press(page, "Save changes");
  await expect(page.getByRole("heading", { level: 1 }).or(page.getByRole("alert")).first()).toBeVisible();
  const kept = await latchkey.rows("select fields from drafts where user_id = ?", user.id);
  expect(JSON.stringify(kept)).not.toMatch(/Secret|Odd/);
  expect(kept).toHaveLength(javaScriptEnabled === false ? 1 : 0); // with JavaScript the page itself keeps it
});

test(
  "a form that names an account from which this browser was never signed in keeps nothing, as one that names no account",
  WITHOUT_BROWSER,
  async ({ user, latchkey, ask }) => {
    const other = await latchkey.newUser();
    const { text } = await ask("GET", "/profile/", { headers: { cookie: `__Host-session=${user.cookie}` } });
    const form = hiddenFields(text);
    for (const account of [other.id, 999_999_999]) {
      const { status, headers } = await ask("POST", "/profile/", {
        multipart: { ...form, account: String(account), bio: "Planted" },
        headers: { origin: latchkey.url },
      });
      expect(status).toBe(303);
      expect(String(headers["set-cookie"])).not.toContain("draft");
    }
    expect(await latchkey.rows("select 1 from drafts where user_id = ?", other.id)).toEqual([]);
  },
);

/** Signs in with the form in this very browser, which is known to the account from then on. */
async function signInHere(page: Page, { email, password }: Pick<NewUser, "email" | "password">): Promise<void> {
  await page.context().clearCookies({ name: "__Host-session" });
  await page.goto("/login/");
  await fill(page, { "Email address": email, Password: password });
  await press(page, "Sign in");
  await expect(page).toHaveURL(/\/profile\/$/);
}
