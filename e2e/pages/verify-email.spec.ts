import type { Page } from "@playwright/test";
import type { Latchkey, NewUser } from "../fixtures.ts";
import { carry, expect, expectNotice, expectRefusal, fill, isSignedIn, press, signInByForm, test, unique } from "../pages.ts";

const NEW_PASSWORD = "Another horse 8 battery";
const reminder = (page: Page) => page.getByRole("complementary", { name: "Your email address" });
const newAddress = () => `${unique("address")}@example.org`;

/** Changes a user's address as the API does; the address, and the token of the link that the old one got. */
async function changed(latchkey: Latchkey, user: NewUser): Promise<{ email: string; undo: string | undefined }> {
  const token = await latchkey.signIn(user);
  const email = newAddress();
  await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token, json: { email } });
  const json = { token: await latchkey.mailedToken("verify_change", email) };
  expect((await latchkey.api("POST", "/auth/verify-email/", { token, json })).status).toBe(200);
  return { email, undo: await latchkey.mailedToken("undo_change", user.email) };
}

test("a new user is reminded on every page, gets the link again, confirms with it and is reminded no more", async ({
  page,
  user,
  latchkey,
}) => {
  for (const path of ["/profile/", "/sessions/", "/security/"]) {
    await page.goto(path);
    await expect(reminder(page)).toContainText(`Confirm your email address: open the link we’ve sent to ${user.email}.`);
  }
  await press(page, "Send it again");
  await expectNotice(page, "/profile/", "We’ve sent you the link again. It works for 24 hours.");
  const token = await latchkey.mailedToken("verify", user.email);
  await page.goto(`/verify-email/?token=${token}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Confirm your email address");
  await expect(page.getByRole("main")).toContainText(user.email);
  await expect(page.getByLabel("Password")).toHaveCount(0);
  await press(page, "Confirm email address");
  await expectNotice(page, "/profile/", "Your email address is confirmed.");
  await expect(reminder(page)).toHaveCount(0);
  await page.goto(`/verify-email/?token=${token}`);
  await expect(page.getByRole("main")).toContainText(`Your email address ${user.email} is confirmed.`);
});

test("in a browser that isn’t signed in the password confirms, and the person stays signed in where they are", async ({
  page,
  context,
  user,
  latchkey,
}) => {
  await context.clearCookies();
  await page.goto(`/verify-email/?token=${await latchkey.mailedToken("verify", user.email)}`);
  await fill(page, { Password: "Wrong horse 7 battery" });
  await press(page, "Confirm email address");
  await expectRefusal(page, { Password: "That’s not the password of this account. Try again." });
  await fill(page, { Password: user.password });
  await press(page, "Confirm email address");
  await expectNotice(page, "/login/", "Your email address is confirmed.");
  expect(await isSignedIn(user.cookie)).toBe(true);
});

test("who didn’t make the account takes it over without the password, and its maker is signed out", async ({
  page,
  context,
  user,
  latchkey,
}) => {
  await context.clearCookies();
  await page.goto(`/verify-email/?token=${await latchkey.mailedToken("verify", user.email)}`);
  await press(page, "Confirm without the password");
  await expectNotice(
    page,
    "/login/",
    "Your email address is confirmed, and everybody is signed out. Check your email for a link to choose a new password.",
  );
  expect(await isSignedIn(user.cookie)).toBe(false);
  await page.goto(`/reset-password/?token=${await latchkey.mailedToken("reset", user.email)}`);
  await fill(page, { "New password": NEW_PASSWORD });
  await press(page, "Set new password");
  await expectNotice(page, "/login/", "Your new password is set. Sign in with it.");
});

test("a browser that is signed in as somebody else needs the password too, and stays as it is", async ({ page, user, latchkey }) => {
  const other = await latchkey.newUser();
  await page.goto(`/verify-email/?token=${await latchkey.mailedToken("verify", other.email)}`);
  await expect(page.getByRole("main")).toContainText(
    `You’re signed in as ${user.username}. This link is for another account, ${other.username}`,
  );
  await fill(page, { Password: other.password });
  await press(page, "Confirm email address");
  await expectNotice(page, "/profile/", "That’s done for the other account. Here you’re still signed in as before.");
  expect((await latchkey.kept(user)).user?.email_verified_at).toBeNull();
  expect((await latchkey.kept(other)).user?.email_verified_at).not.toBeNull();
  expect(await isSignedIn(user.cookie)).toBe(true);
});

test("a new address is asked for under Security, can be given up, and takes effect once it is confirmed", async ({
  page,
  user,
  latchkey,
}) => {
  const asks = async (address: string) => {
    await page.goto("/security/email/");
    await fill(page, { "New email address": address });
    await press(page, "Change email address");
    await expectNotice(page, "/security/", "Open the link we’ve sent to your new email address to confirm it.");
  };
  const given = newAddress();
  await asks(given);
  await press(page, "Keep the old one");
  await expectNotice(page, "/profile/", "Your email address stays as it is.");
  expect((await latchkey.kept(user)).user).toMatchObject({ email: user.email, pending_email: null });
  await page.goto(`/verify-email/?token=${await latchkey.mailedToken("verify_change", given)}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This link doesn’t work any more");

  const email = newAddress();
  await asks(email);
  await page.goto("/profile/");
  await fill(page, { "About you (optional)": "Saved meanwhile" });
  await press(page, "Save changes");
  await expectNotice(page, "/profile/", "Your profile has been saved.");
  await page.goto(`/verify-email/?token=${await latchkey.mailedToken("verify_change", email)}`);
  await press(page, "Confirm email address");
  await expectNotice(page, "/profile/", "Your email address is confirmed.");
  expect((await latchkey.kept(user)).user).toMatchObject({ email, pending_email: null, bio: "Saved meanwhile" });
});

test("the old mailbox takes the account back on its page, once", async ({ page, context, user, latchkey }) => {
  const { undo } = await changed(latchkey, user);
  await context.clearCookies();
  const path = `/undo-email-change/?token=${undo}`;
  await page.goto(path);
  await expect(page.getByRole("main")).toContainText(`Your account ${user.username} gets its old address ${user.email} back.`);
  await press(page, "Take my address back");
  await expectNotice(
    page,
    "/login/",
    "Your account has its old email address again. Check your email for a link to choose a new password.",
  );
  expect((await latchkey.kept(user)).user?.email).toBe(user.email);
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This link doesn’t work any more");
});

test("“That wasn’t me” in a notice signs everybody out", async ({ page, user, latchkey }) => {
  const stranger = await latchkey.signIn(user);
  const path = `/not-me/?token=${await latchkey.mailedToken("new_device", user.email)}`;
  await page.goto(path);
  await press(page, "Sign everybody out");
  await expectNotice(page, "/login/", "Everybody is signed out. Check your email for a link to choose a new password.");
  expect((await latchkey.api("GET", "/auth/me/", { token: stranger })).status).toBe(401);
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This link doesn’t work any more");
});

test("a scanner that opens every link of every mail, signed in or not, changes nothing", async ({ page, context, user, latchkey, ask }) => {
  await changed(latchkey, user);
  await latchkey.api("POST", "/auth/forgot-password/", { json: { email: user.email } });
  const other = await latchkey.newUser();
  await latchkey.signIn(other);
  await latchkey.api("POST", "/auth/forgot-password/", { json: { email: other.email } });
  const cookie = await signInByForm(other, latchkey.elsewhere());
  const own = "user_id in (?, ?)";
  const state = async () => [
    await latchkey.rows(`select * from links where ${own} order by token_hash`, user.id, other.id),
    await latchkey.rows("select * from users where id in (?, ?)", user.id, other.id),
    await latchkey.rows(`select id, token_hash, created_at from sessions where ${own} order by id`, user.id, other.id),
    await latchkey.rows(`select count(*) as events from audit_events where ${own}`, user.id, other.id),
    await latchkey.rows(`select count(*) as mails from emails where ${own}`, user.id, other.id),
  ];
  const mails = await latchkey.rows(`select text from emails where ${own}`, user.id, other.id);
  const paths = mails.flatMap(({ text }) =>
    [...String(text).matchAll(/http:\/\/[^/]+(\/[\w-]+\/\?token=\w+)/g)].map(([, path]) => path ?? ""),
  );
  expect(new Set(paths.map((path) => path.split("?")[0]))).toEqual(
    new Set(["/reset-password/", "/verify-email/", "/undo-email-change/", "/not-me/"]),
  );
  const before = await state();
  for (const path of paths) {
    for (const method of ["HEAD", "GET"]) {
      for (const headers of [{ cookie: "" }, { cookie: `__Host-session=${cookie}` }]) {
        const answer = await ask(method, path, { headers });
        expect([answer.status, answer.headers["referrer-policy"]], path).toEqual([200, "no-referrer"]);
      }
    }
  }
  await context.clearCookies();
  await carry(context, cookie);
  for (const path of paths.slice(0, 4)) await page.goto(path);
  expect(await state()).toEqual(before);
});
