import { expect, expectMessage, expectRefusal, field, fill, press, sessionCookie, test, unique, WITHOUT_JAVASCRIPT } from "../pages.ts";

const WRONG = "That email address or password isn’t right.";
const DAY_SECONDS = 86_400;

test("a person signs in, and the session ends with the browser", async ({ page, context, latchkey }) => {
  const user = await latchkey.newUser();
  await page.goto("/login/");
  await expect(page).toHaveTitle("Sign in – Latchkey");
  await fill(page, { "Email address": user.email, Password: user.password });
  await press(page, "Sign in");
  await expect(page).toHaveURL(/\/profile\/$/);
  const cookie = await sessionCookie(context);
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax", path: "/", domain: "127.0.0.1", expires: -1 });
  expect(cookie?.value.length).toBeLessThan(300);
});

test("with “Keep me signed in” the cookie lasts as long as the session can, and no longer", async ({ page, context, latchkey }) => {
  const user = await latchkey.newUser();
  await page.goto("/login/");
  await fill(page, { "Email address": user.email, Password: user.password });
  await page.getByRole("checkbox", { name: "Keep me signed in" }).check();
  await press(page, "Sign in");
  await expect(page).toHaveURL(/\/profile\/$/);
  const { expires = 0, ...cookie } = (await sessionCookie(context)) ?? {};
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax", path: "/" });
  const days = (expires - Date.now() / 1_000) / DAY_SECONDS;
  expect(days).toBeGreaterThan(29.9);
  expect(days).toBeLessThanOrEqual(30);
  const others = (await context.cookies()).filter(({ name }) => name !== "__Host-session");
  expect(others, "the mark of the browser, for limits on guessing").toMatchObject([
    { name: "__Host-browser", httpOnly: true, secure: true, sameSite: "Strict", path: "/" },
  ]);
});

test("a wrong password and an unknown address are refused in one and the same sentence, and the address stays", async ({
  page,
  latchkey,
}) => {
  const user = await latchkey.newUser();
  await page.goto("/login/");
  await page.getByRole("checkbox", { name: "Keep me signed in" }).check();
  for (const email of [user.email, `${unique()}@example.org`]) {
    await fill(page, { "Email address": email, Password: "Wrong horse 7 battery" });
    await press(page, "Sign in");
    await expectMessage(page, WRONG);
    await expect(field(page, "Email address")).toHaveValue(email);
    await expect(field(page, "Password")).toHaveValue("");
    await expect(page.getByRole("checkbox", { name: "Keep me signed in" })).toBeChecked();
  }
});

test("empty fields are named, each with a way to it", async ({ page }) => {
  await page.goto("/login/");
  await press(page, "Sign in");
  await expectRefusal(page, { "Email address": "Enter your email address.", Password: "Enter your password." });
});

test("too many wrong passwords are answered with when to try again", async ({ page, latchkey }) => {
  const user = await latchkey.newUser();
  await page.goto("/login/");
  for (let i = 0; i < 5; i++) {
    await fill(page, { "Email address": user.email, Password: `Wrong horse ${i} battery` });
    await press(page, "Sign in");
    await expectMessage(page, WRONG);
    await expect(field(page, "Password")).toHaveValue("");
  }
  await fill(page, { "Email address": user.email, Password: user.password });
  await press(page, "Sign in");
  await expectMessage(page, /Too many attempts\. Try again in \d+ seconds?\./);
});

test("an inactive or suspended account says so only after the right password", WITHOUT_JAVASCRIPT, async ({ page, latchkey }) => {
  const inactive = await latchkey.newUser({ account_status: "inactive" });
  const suspended = await latchkey.newUser();
  latchkey.operator("user", "suspend", suspended.email);
  await page.goto("/login/");
  const tries: [string, string, string][] = [
    [
      inactive.email,
      inactive.password,
      "Your account isn’t active yet. Confirm your email address with the link we’ve sent you, then sign in.",
    ],
    [inactive.email, "Wrong horse 7 battery", WRONG],
    [suspended.email, suspended.password, "Your account is suspended."],
  ];
  for (const [email, password, answer] of tries) {
    await fill(page, { "Email address": email, Password: password });
    await press(page, "Sign in");
    await expectMessage(page, answer);
    await expect(field(page, "Password")).toHaveValue("");
  }
});

test("suspending an account ends its browser sessions at once", WITHOUT_JAVASCRIPT, async ({ page, user, latchkey }) => {
  await page.goto("/profile/");
  await expect(page).toHaveURL(/\/profile\/$/);
  latchkey.operator("user", "suspend", user.email);
  await page.goto("/profile/");
  await expect(page).toHaveURL(/\/login\/\?next=%2Fprofile%2F$/);
});

test("a visitor who opened a page gets to it after signing in, with its query", async ({ page, latchkey }) => {
  const user = await latchkey.newUser();
  await page.goto(`/login/?next=${encodeURIComponent("/security/?type=session.opened")}`);
  await expect(page.getByText("Sign in to continue.")).toBeVisible();
  await fill(page, { "Email address": user.email, Password: "Wrong horse 7 battery" });
  await press(page, "Sign in");
  await expectMessage(page, WRONG);
  await fill(page, { "Email address": user.email, Password: user.password });
  await press(page, "Sign in");
  await expect(page).toHaveURL(/\/security\/\?type=session\.opened$/);
});

test("a session planted by somebody else is not continued", async ({ page, context, latchkey, user: planted }) => {
  const victim = await latchkey.newUser();
  await context.clearCookies();
  await page.goto("/login/");
  const unknown = `lkc_${"0".repeat(56)}`;
  await context.addCookies([{ name: "__Host-session", value: unknown, domain: "127.0.0.1", path: "/", secure: true }]);
  await fill(page, { "Email address": victim.email, Password: victim.password });
  await press(page, "Sign in");
  await expect(page).toHaveURL(/\/profile\/$/);
  const { value } = (await sessionCookie(context)) ?? {};
  expect([unknown, planted.cookie]).not.toContain(value);
  expect((await latchkey.api("GET", "/auth/me/", { token: unknown })).status).toBe(401);
});

test("password managers are told what each field is for", WITHOUT_JAVASCRIPT, async ({ page }) => {
  await page.goto("/login/");
  await expect(field(page, "Email address")).toHaveAttribute("autocomplete", "username webauthn");
  await expect(field(page, "Password")).toHaveAttribute("autocomplete", "current-password");
  await expect(field(page, "Password")).not.toHaveAttribute("maxlength");
  await expect(field(page, "Email address")).toHaveAttribute("spellcheck", "false");
  await expect(page.locator("main form")).toHaveCount(1);
});
