import {
  expect,
  expectMessage,
  expectNotice,
  expectRefusal,
  field,
  fill,
  press,
  test,
  unique,
  WITHOUT_JAVASCRIPT,
  write,
} from "../pages.ts";
import { png, webp } from "../pictures.ts";

const BIO = "About you (optional)";
const CONTACT = "Contact information (optional)";
const PICTURE = "Profile picture (optional)";
const ELEVEN_MINUTES_MS = 11 * 60 * 1_000;

const file = (name: string, mimeType: string, buffer: Buffer) => ({ name, mimeType, buffer });

test("a user changes the profile and sees the saved values", async ({ page, user }) => {
  await page.goto("/profile/");
  await expect(page).toHaveTitle("Profile – Latchkey");
  await expect(page.getByRole("region", { name: "Email address" })).toContainText(user.email);
  const username = unique("new");
  const changed = { Username: username, [BIO]: "Two\nlines", [CONTACT]: "Room 5" };
  await fill(page, changed);
  await press(page, "Save changes");
  await expectNotice(page, "/profile/", "Your profile has been saved.");
  for (const [label, value] of Object.entries(changed)) await expect(field(page, label)).toHaveValue(value);
  await expect(page.getByRole("banner")).toContainText(username);
});

test("the picture is replaced and removed", async ({ page, user }) => {
  const own = page.getByRole("img", { name: "Your profile picture" });
  await page.goto("/profile/");
  await expect(page.getByRole("banner")).toContainText(user.username);
  await expect(own).toHaveCount(0);
  await expect(field(page, "Remove my picture")).toHaveCount(0);

  await field(page, PICTURE).setInputFiles(file("one.png", "image/png", await png()));
  await press(page, "Save changes");
  await expectNotice(page, "/profile/", "Your profile has been saved.");
  const first = (await own.getAttribute("src")) ?? "";

  await page.goto("/profile/");
  await field(page, PICTURE).setInputFiles(file("two.webp", "image/webp", await webp()));
  await press(page, "Save changes");
  await expectNotice(page, "/profile/", "Your profile has been saved.");
  await expect(own).not.toHaveAttribute("src", first);

  await page.goto("/profile/");
  await field(page, "Remove my picture").check();
  await press(page, "Save changes");
  await expectNotice(page, "/profile/", "Your profile has been saved.");
  await expect(own).toHaveCount(0);
  await expect(page.getByRole("banner").locator("img")).toHaveCount(0);
});

test("a new email address needs the current password ten minutes after signing in; what was typed stays", async ({
  page,
  user,
  latchkey,
}) => {
  await page.goto("/profile/");
  await page.getByRole("link", { name: "Change email address" }).click();
  await expect(page).toHaveURL(/\/security\/email\/$/);
  await press(page, "Change email address");
  await expectRefusal(page, { "New email address": "Enter your email address." });
  await expect(field(page, "Current password")).toHaveCount(0);
  write("update sessions set authenticated_at = authenticated_at - ? where user_id = ?", ELEVEN_MINUTES_MS, user.id);
  const email = `${unique()}@example.org`;
  await fill(page, { "New email address": email });
  await press(page, "Change email address");
  await expectRefusal(page, { "Current password": "Enter your current password to change your email address." });
  await expect(field(page, "New email address")).toHaveValue(email);

  await fill(page, { "Current password": "Wrong horse 7 battery" });
  await press(page, "Change email address");
  await expectRefusal(page, { "Current password": "That’s not your current password. Try again." });
  await expect(field(page, "Current password")).toHaveValue("");
  expect((await latchkey.kept(user)).user).toMatchObject({ email: user.email, pending_email: null });

  await fill(page, { "Current password": user.password });
  await press(page, "Change email address");
  await expectNotice(page, "/security/", "Open the link we’ve sent to your new email address to confirm it.");
  await expect(page.getByRole("complementary")).toContainText(`open the link we’ve sent to ${email}. Until then it’s still ${user.email}.`);
  expect((await latchkey.kept(user)).user).toMatchObject({ email: user.email, pending_email: email });
});

test("a refused change keeps what was typed and changes nothing", async ({ page, user, latchkey }) => {
  const other = await latchkey.newUser();
  await page.goto("/profile/");
  const typed = { Username: other.username, [BIO]: "Typed" };
  await fill(page, typed);
  await press(page, "Save changes");
  await expectRefusal(page, { Username: "That username is taken. Try another." });
  for (const [label, value] of Object.entries(typed)) await expect(field(page, label)).toHaveValue(value);
  await expect(page.getByRole("banner")).toContainText(user.username);
  await page.goto("/profile/");
  await expect(field(page, "Username")).toHaveValue(user.username);
  await expect(field(page, BIO)).toHaveValue("");
});

test("several wrong fields are named together", async ({ page, user }) => {
  await page.goto("/profile/");
  await expect(field(page, "Username")).toHaveValue(user.username);
  await fill(page, { Username: "short", [CONTACT]: "x".repeat(501) });
  await press(page, "Save changes");
  await expectRefusal(page, {
    Username: "Use at least 6 characters for your username.",
    [CONTACT]: "Use at most 500 characters for your contact information.",
  });
  await expect(field(page, "Username")).toHaveValue("short");
});

test("a form of a user who was signed out meanwhile changes nothing and leads to the sign-in page", async ({
  page,
  user,
  latchkey,
  javaScriptEnabled,
}) => {
  await page.goto("/profile/");
  await fill(page, { [BIO]: "Written for an hour" });
  write("delete from sessions where user_id = ?", user.id);
  await press(page, "Save changes");
  if (javaScriptEnabled === false) await expect(page).toHaveURL(/\/login\/\?next=%2Fprofile%2F$/);
  else
    await expectMessage(
      page,
      "You’ve been signed out. What you typed is still here. Sign in again (opens in a new tab), then come back and try again.",
    );
  expect((await latchkey.kept(user)).user).toMatchObject({ bio: "" });
});

test("the page's form can't set the status that only the operator may set", WITHOUT_JAVASCRIPT, async ({ page, user, latchkey }) => {
  await page.goto("/profile/");
  await page.locator("main form").evaluate((form) => {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "account_status", value: "suspended" });
    form.append(input);
  });
  await fill(page, { [BIO]: "Changed" });
  await press(page, "Save changes");
  await expect(page.getByRole("alert").or(page.getByText("Your profile has been saved.")).first()).toBeVisible();
  expect((await latchkey.kept(user)).user).toMatchObject({ status: "active" });
});
