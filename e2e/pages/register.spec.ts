import {
  expect,
  expectNotice,
  expectRefusal,
  field,
  fill,
  PASSWORD,
  person,
  press,
  summaryOf,
  test,
  unfold,
  unique,
  WITHOUT_BROWSER,
} from "../pages.ts";
import { jpeg } from "../pictures.ts";
import { hiddenFields } from "../torture/pages.ts";

const TYPED = {
  "About you (optional)": "Reads maps.\nDraws “some” <b>too</b>.",
  "Contact information (optional)": "Room 4, mornings",
};

test("a person registers with every field and a picture, and is signed in on the profile, which shows them", async ({ page, latchkey }) => {
  const { email, username } = person();
  await page.goto("/register/");
  await expect(page).toHaveTitle("Create an account – Latchkey");
  await fill(page, { "Email address": email, "Create a password": PASSWORD, Username: username, ...TYPED });
  await field(page, "Profile picture (optional)").setInputFiles({ name: "me.jpg", mimeType: "image/jpeg", buffer: await jpeg() });
  await press(page, "Create account");
  await expectNotice(page, "/profile/", "Your account is ready");
  await expect(page.getByRole("region", { name: "Email address" })).toContainText(email);
  await expect(field(page, "Username")).toHaveValue(username);
  for (const [label, value] of Object.entries(TYPED)) await expect(field(page, label)).toHaveValue(value);
  const picture = page.getByRole("img", { name: "Your profile picture" });
  await expect(picture).toHaveAttribute("src", /^\/avatars\/[0-9a-f]{64}\.webp$/);
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await expect(page.getByRole("banner").locator("img")).toHaveAttribute("src", /^\/avatars\//);
  expect(
    await latchkey.rows("select count(*) as sessions from sessions s join users u on u.id = s.user_id where email = ?", email),
  ).toEqual([{ sessions: 1 }]);
});

test("the required fields alone are enough", async ({ page }) => {
  const { email, username } = person();
  await page.goto("/register/");
  await fill(page, { "Email address": `  ${email} `, "Create a password": PASSWORD, Username: username });
  await press(page, "Create account");
  await expect(page).toHaveURL(/\/profile\//);
  await expect(page.getByRole("region", { name: "Email address" })).toContainText(email);
});

test("a taken email address and username are named together, and everything typed is kept; the password only with JavaScript", async ({
  page,
  latchkey,
  javaScriptEnabled,
}) => {
  const other = await latchkey.newUser();
  const typed = { "Email address": other.email.toUpperCase(), Username: other.username, ...TYPED };
  await page.goto("/register/");
  await fill(page, { ...typed, "Create a password": PASSWORD });
  await press(page, "Create account");
  await expectRefusal(page, {
    "Email address": "There’s already an account with this email address. Use another one.",
    Username: "That username is taken. Try another.",
  });
  for (const [label, value] of Object.entries(typed)) await expect(field(page, label)).toHaveValue(value);
  await expect(field(page, "Create a password")).toHaveValue(javaScriptEnabled === false ? "" : PASSWORD);
  await page.getByRole("link", { name: "Sign in with this address" }).click();
  await expect(page).toHaveURL(/\/login\/\?email=/);
  await expect(field(page, "Email address")).toHaveValue(typed["Email address"]);
});

test("an empty form names every field that is missing, each with a way to it", async ({ page }) => {
  await page.goto("/register/");
  await press(page, "Create account");
  await expectRefusal(page, {
    "Email address": "Enter your email address.",
    "Create a password": "Choose a password.",
    Username: "Choose a username.",
  });
});

test("several wrong fields are named together, in the words of the API", async ({ page }) => {
  await page.goto("/register/");
  await fill(page, {
    "Email address": "ada@",
    "Create a password": "Short1a",
    Username: "a b",
    "About you (optional)": "x".repeat(2_001),
  });
  await press(page, "Create account");
  await expectRefusal(page, {
    "Email address": "Enter an email address like name@example.org.",
    "Create a password": "Use at least 8 characters for your password.",
    Username: "Use only the letters A to Z, digits, and . _ - in your username, without spaces.",
    "About you (optional)": "Use at most 2,000 characters for the text about you.",
  });
  await expect(field(page, "Email address")).toHaveValue("ada@");
  await expect(field(page, "Username")).toHaveValue("a b");
});

test("a well-known password is refused", async ({ page }) => {
  const { email, username } = person();
  await page.goto("/register/");
  await fill(page, { "Email address": email, "Create a password": "Password1", Username: username });
  await press(page, "Create account");
  const summary = summaryOf(page);
  await expect(summary).toBeFocused();
  await expect(summary.getByRole("link")).toHaveAttribute("href", "#password");
  await expect(field(page, "Email address")).toHaveValue(email);
});

/** The fields that the form's answer marks as wrong. */
const markedIn = (html: string) =>
  [...html.matchAll(/<(?:input|textarea)[^>]* aria-invalid="true"[^>]*>/g)].map(([tag]) => `#/${/ name="([^"]*)"/.exec(tag)?.[1]}`);

test("form and API accept and refuse the same usernames and passwords", WITHOUT_BROWSER, async ({ latchkey, ask }) => {
  test.slow(); // fifty requests, each with a page or a hash
  const hidden = hiddenFields((await ask("GET", "/register/")).text);
  const usernames = ["abcde", "x".repeat(31), "123456", "______", ".abcdef", "ada@example", " abcdef", "abcdef ", "ａlicesmith", "aliceé"];
  const passwords = ["Abcdef1", "Aa1🙂🙂🙂🙂", "ABCDEFG1", "abcdefg1", "Abcdefgh", `Aa1${"x".repeat(254)}`, "Password1", "P@ssw0rd!1"];
  const asked = [
    ...[...usernames, "Latchkey", "support", "undefined"].map((username) => ({ username })),
    ...[...passwords, "Latchkey2026"].map((password) => ({ password })),
    ...["Éñandú١٢٣ßß", "  Kx7mQp2w  ", "Kx7🙂ßİıabc"].map((password) => ({ password })),
    { username: unique("x").padEnd(30, "y") },
  ];
  for (const fields of asked) {
    const api = await latchkey.api("POST", "/auth/create-user/", { json: person(fields), from: latchkey.elsewhere() });
    const wanted = (api.body.errors ?? []).map(({ pointer }: { pointer: string }) => pointer);
    const second = "username" in fields && api.status === 201 ? { username: unique("z").padEnd(30, "y") } : fields;
    const multipart = { ...hidden, ...person(second) } as Record<string, string>;
    const form = await ask("POST", "/register/", { multipart, headers: { origin: latchkey.url } });
    expect([form.status, ...markedIn(form.text)], JSON.stringify(fields)).toEqual([api.status === 201 ? 303 : 200, ...new Set(wanted)]);
  }
});

test("a file that isn't a picture is refused, and the rest is kept", async ({ page, latchkey }) => {
  const { email, username } = person();
  await page.goto("/register/");
  await fill(page, { "Email address": email, "Create a password": PASSWORD, Username: username });
  await field(page, "Profile picture (optional)").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: Buffer.from("<svg/>") });
  await press(page, "Create account");
  await expect(page).toHaveTitle(/^Error: /);
  await expect(summaryOf(page).getByRole("link")).toHaveAttribute("href", "#image");
  await expect(field(page, "Username")).toHaveValue(username);
  expect(await latchkey.rows("select id from users where email = ?", email)).toEqual([]);
});

test("a file over 5 MiB is refused with a sentence", async ({ page }) => {
  const { email, username } = person();
  await page.goto("/register/");
  await fill(page, { "Email address": email, "Create a password": PASSWORD, Username: username });
  const buffer = Buffer.alloc(5 * 1024 * 1024 + 1);
  await field(page, "Profile picture (optional)").setInputFiles({ name: "me.jpg", mimeType: "image/jpeg", buffer });
  await press(page, "Create account");
  await expectRefusal(page, { "Profile picture (optional)": "Choose a picture of up to 5 MB." });
});

test("password managers and screen readers are told what each field is for", async ({ page }) => {
  await page.goto("/register/");
  await expect(field(page, "Email address")).toHaveAttribute("type", "email");
  await expect(field(page, "Create a password")).toHaveAttribute("autocomplete", "new-password");
  await expect(field(page, "Create a password")).not.toHaveAttribute("maxlength");
  await expect(field(page, "Create a password")).toHaveAccessibleDescription(/at least 8 characters/);
  await expect(field(page, "Email address")).toHaveAttribute("autocomplete", "username");
  await expect(field(page, "Username")).toHaveAttribute("autocomplete", "nickname");
  await unfold(page, "About you (optional)");
  for (const input of await page.locator("form :is(input:not([type=hidden]), textarea)").all()) {
    await expect(input).toHaveAccessibleName(/./);
    await expect(input).not.toHaveAttribute("placeholder");
    await expect(input).not.toHaveAttribute("aria-invalid");
  }
});

test("what was typed is kept when a name is taken meanwhile, however often", async ({ page, latchkey, javaScriptEnabled }) => {
  const other = await latchkey.newUser();
  const { email } = person();
  await page.goto("/register/");
  for (const bio of ["first", "second"]) {
    await fill(page, { "Email address": email, "Create a password": PASSWORD, Username: other.username, "About you (optional)": bio });
    await press(page, "Create account");
    await expectRefusal(page, { Username: "That username is taken. Try another." });
    await expect(field(page, "About you (optional)")).toHaveValue(bio);
    await expect(field(page, "Create a password")).toHaveValue(javaScriptEnabled === false ? "" : PASSWORD);
  }
  await fill(page, { "Create a password": PASSWORD, Username: unique() });
  await press(page, "Create account");
  await expect(page).toHaveURL(/\/profile\//);
  await expect(field(page, "About you (optional)")).toHaveValue("second");
});
