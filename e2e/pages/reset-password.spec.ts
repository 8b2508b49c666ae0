import {
  carry,
  expect,
  expectMessage,
  expectNotice,
  expectRefusal,
  fill,
  isSignedIn,
  press,
  sessionCookie,
  test,
  unique,
  WITHOUT_JAVASCRIPT,
} from "../pages.ts";

const NEW_PASSWORD = "Another horse 8 battery";
const SENT = "Check your email: if that address has an account, we’ve sent it a link. The link works for an hour.";

test("whoever forgot the password gets a link by email, chooses a new one and signs in with it", async ({ page, latchkey }) => {
  const user = await latchkey.newUser();
  await page.goto("/login/");
  await fill(page, { "Email address": user.email, Password: "Wrong horse 7 battery" });
  await press(page, "Sign in");
  await expectMessage(page, /isn’t right/);
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await expect(page.getByLabel("Email address")).toHaveValue(user.email);
  await press(page, "Email me a link");
  await expectNotice(page, "/forgot-password/", SENT);

  await page.goto(`/reset-password/?token=${await latchkey.mailedToken("reset", user.email)}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Choose a new password");
  await expect(page.getByText(user.username)).toBeVisible();
  await fill(page, { "New password": "Short1" });
  await press(page, "Set new password");
  await expectRefusal(page, { "New password": "Use at least 8 characters for your password." });
  await fill(page, { "New password": NEW_PASSWORD });
  await press(page, "Set new password");
  await expectNotice(page, "/login/", "Your new password is set. Sign in with it.");
  await fill(page, { "Email address": user.email, Password: NEW_PASSWORD });
  await press(page, "Sign in");
  await expect(page).toHaveURL(/\/profile\/$/);
});

test("an address without an account gets the same page", async ({ page, latchkey }) => {
  const email = `${unique("unknown")}@example.org`;
  await page.goto("/forgot-password/");
  await fill(page, { "Email address": email });
  await press(page, "Email me a link");
  await expectNotice(page, "/forgot-password/", SENT);
  expect(await latchkey.mailsTo(email)).toEqual(["reset_unknown"]);
});

test("a link that was used, or isn't complete, says so and leads to a new one", WITHOUT_JAVASCRIPT, async ({ page, latchkey }) => {
  const user = await latchkey.newUser();
  await latchkey.api("POST", "/auth/forgot-password/", { json: { email: user.email } });
  const token = await latchkey.mailedToken("reset", user.email);
  await latchkey.api("POST", "/auth/reset-password/", { json: { token, new_password: NEW_PASSWORD } });
  for (const query of [`?token=${token}`, `?token=${token?.slice(0, -3)}`, "?token=", "", `?token=${token}&token=${token}`]) {
    await page.goto(`/reset-password/${query}`);
    await expect(page).toHaveTitle("This link doesn’t work any more – Latchkey");
    await expect(page.getByRole("link", { name: "Get a new link" })).toHaveAttribute("href", "/forgot-password/");
  }
});

test("a link that is used elsewhere while its page is open is refused in words", async ({ page, latchkey }) => {
  const user = await latchkey.newUser();
  await latchkey.api("POST", "/auth/forgot-password/", { json: { email: user.email } });
  const token = await latchkey.mailedToken("reset", user.email);
  await page.goto(`/reset-password/?token=${token}`);
  await latchkey.api("POST", "/auth/reset-password/", { json: { token, new_password: NEW_PASSWORD } });
  await fill(page, { "New password": "Yet another horse 9" });
  await press(page, "Set new password");
  await expect(page.getByText("This link doesn’t work any more").first()).toBeVisible();
  await latchkey.signIn({ ...user, password: NEW_PASSWORD });
});

test("a mail program that opens the link changes nothing, and its address is not sent anywhere", async ({ page, ask, latchkey }) => {
  const user = await latchkey.newUser();
  await latchkey.api("POST", "/auth/forgot-password/", { json: { email: user.email } });
  const path = `/reset-password/?token=${await latchkey.mailedToken("reset", user.email)}`;
  const before = [await latchkey.kept(user), await latchkey.rows("select * from links where user_id = ?", user.id)];
  const referers: string[] = [];
  page.on("request", (request) => referers.push(request.headers().referer ?? ""));
  for (const method of ["GET", "HEAD", "GET", "HEAD"]) {
    const { status, headers } = await ask(method, path);
    expect([status, headers["referrer-policy"]]).toEqual([200, "no-referrer"]);
    expect(headers["cache-control"]).toContain("no-store");
  }
  await page.goto(path);
  await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
  expect(referers.filter((referer) => referer.includes("token"))).toEqual([]);
  expect([await latchkey.kept(user), await latchkey.rows("select * from links where user_id = ?", user.id)]).toEqual(before);
});

test("a browser that is signed in with the account itself is signed out by its link", async ({ page, context, user, latchkey }) => {
  await carry(context, user.cookie);
  await latchkey.api("POST", "/auth/forgot-password/", { json: { email: user.email } });
  await page.goto(`/reset-password/?token=${await latchkey.mailedToken("reset", user.email)}`);
  await fill(page, { "New password": NEW_PASSWORD });
  await press(page, "Set new password");
  await expectNotice(page, "/login/", "Your new password is set. Sign in with it.");
  expect(await isSignedIn(user.cookie)).toBe(false);
});

test("a browser that is signed in as somebody else stays so, and is told whose link it is", async ({ page, context, user, latchkey }) => {
  const other = await latchkey.newUser();
  await carry(context, user.cookie);
  await latchkey.api("POST", "/auth/forgot-password/", { json: { email: other.email } });
  await page.goto(`/reset-password/?token=${await latchkey.mailedToken("reset", other.email)}`);
  await expect(page.getByRole("main")).toContainText(
    `You’re signed in as ${user.username}. This link is for another account, ${other.username}`,
  );
  await fill(page, { "New password": NEW_PASSWORD });
  await press(page, "Set new password");
  await expectNotice(page, "/profile/", "That’s done for the other account. Here you’re still signed in as before.");
  expect(await isSignedIn((await sessionCookie(context))?.value ?? "")).toBe(true);
});
