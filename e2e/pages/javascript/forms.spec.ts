import sharp from "sharp";
import { carry, expect, expectRefusal, field, fill, hydrated, PASSWORD, person, press, summaryOf, test, unfold } from "../../pages.ts";
import { png } from "../../pictures.ts";

const RULES = ["at least 8 characters", "a lowercase letter", "an uppercase letter", "a number"];
const PICTURE = "Profile picture (optional)";

test("each rule of a new password is ticked as soon as it is met, also by pasting", async ({ page }) => {
  await page.goto("/register/");
  await hydrated(page);
  const password = field(page, "Create a password");
  const done = page.locator("#password-hint li").filter({ hasText: "(done)" });
  await expect(page.locator("#password-hint li")).toHaveText(RULES);
  await expect(done).toHaveCount(0);
  await password.pressSequentially("aB");
  await expect(done).toHaveText([/lowercase/, /uppercase/]);
  await password.pressSequentially("1");
  await expect(done).toHaveText([/lowercase/, /uppercase/, /number/]);
  await password.fill(PASSWORD);
  await expect(done).toHaveCount(4);
  await password.fill("");
  await expect(done).toHaveCount(0);
});

test("a password can be shown, which is announced, and is hidden again when the form is sent", async ({ page, latchkey }) => {
  const user = await latchkey.newUser();
  await page.goto("/login/");
  await hydrated(page);
  const password = field(page, "Password");
  await password.fill("Wrong horse 7 battery");
  await expect(password).toHaveAttribute("type", "password");
  await press(page, "Show password");
  await expect(password).toHaveAttribute("type", "text");
  await expect(page.getByText("Your password is visible.")).toBeAttached();
  await press(page, "Hide password");
  await expect(password).toHaveAttribute("type", "password");
  await press(page, "Show password");
  await field(page, "Email address").fill(user.email);
  await press(page, "Sign in");
  await expect(summaryOf(page)).toBeFocused();
  await expect(password).toHaveAttribute("type", "password");
});

test("Caps Lock is announced while a password is typed", async ({ page }) => {
  await page.goto("/login/");
  await hydrated(page);
  await field(page, "Password").evaluate((input) => {
    input.focus();
    const init = { key: "A", bubbles: true, modifierCapsLock: true };
    input.dispatchEvent(new KeyboardEvent("keydown", init));
  });
  await expect(page.getByText("Caps Lock is on.")).toBeVisible();
  await field(page, "Email address").focus();
  await expect(page.getByText("Caps Lock is on.")).toHaveCount(0);
});

test("errors appear without asking the server, and disappear as soon as they are corrected", async ({ page }) => {
  let sent = 0;
  page.on("request", (request) => request.method() === "POST" && sent++);
  await page.goto("/register/");
  await hydrated(page);
  const { email, username } = person();
  await fill(page, { "Email address": "ada@", "Create a password": PASSWORD, Username: "ada" });
  await unfold(page, "About you (optional)");
  await field(page, "About you (optional)").focus();
  await expect(page.locator("[aria-invalid]"), "nothing is called wrong while somebody types").toHaveCount(0);
  await press(page, "Create account");
  await expectRefusal(page, {
    "Email address": "Enter an email address like name@example.org.",
    Username: "Use at least 6 characters for your username.",
  });
  await expect(field(page, "Create a password"), "nothing was sent, so nothing is lost").toHaveValue(PASSWORD);
  expect(sent).toBe(0);
  await summaryOf(page)
    .getByRole("link", { name: /username/ })
    .click();
  await expect(field(page, "Username")).toBeFocused();
  await field(page, "Username").fill(username);
  await expect(field(page, "Username")).not.toHaveAttribute("aria-invalid");
  await field(page, "Email address").fill(email);
  await expect(summaryOf(page)).toHaveCount(0);
  await expect(page).toHaveTitle("Create an account – Latchkey");
  await press(page, "Create account");
  await expect(page).toHaveURL(/\/profile\//);
});

test("a second click while a form is being sent sends nothing twice", async ({ page, latchkey }) => {
  const { email, username } = person();
  let sent = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route("**/register/", async (route) => {
    if (route.request().method() === "POST") {
      sent++;
      await promise;
    }
    await route.continue();
  });
  await page.goto("/register/");
  await hydrated(page);
  await fill(page, { "Email address": email, "Create a password": PASSWORD, Username: username });
  await page.getByRole("button", { name: "Create account" }).dblclick();
  const busy = page.getByRole("button", { name: "Creating account…" });
  await expect(busy).toHaveAttribute("aria-disabled", "true");
  await expect(busy).toBeFocused();
  await busy.click({ force: true }); // as a person does, who need not know what it waits for
  await field(page, "Username").press("Enter");
  resolve();
  await expect(page).toHaveURL(/\/profile\//);
  expect(sent).toBe(1);
  expect(
    await latchkey.rows("select count(*) as sessions from sessions s join users u on u.id = s.user_id where email = ?", email),
  ).toEqual([{ sessions: 1 }]);
});

test("a chosen picture is shown immediately, and can be removed again", async ({ page, user }) => {
  await page.goto("/profile/");
  await hydrated(page);
  await expect(page.getByRole("banner")).toContainText(user.username);
  const preview = page.getByRole("img", { name: "Preview of your picture" });
  await field(page, PICTURE).setInputFiles({ name: "me.png", mimeType: "image/png", buffer: await png() });
  await expect(preview).toHaveAttribute("src", /^blob:/);
  await expect.poll(() => preview.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(64);
  const huge = await sharp({ create: { width: 6_000, height: 5_000, channels: 3, background: "#2a7d6b" } })
    .jpeg()
    .toBuffer();
  await field(page, PICTURE).setInputFiles({ name: "huge.jpg", mimeType: "image/jpeg", buffer: huge });
  await expect.poll(() => preview.evaluate((image: HTMLImageElement) => image.naturalWidth), "30 megapixels are scaled").toBe(1_024);
  await press(page, "Don’t use this picture");
  await expect(preview).toHaveCount(0);
  await expect(field(page, PICTURE)).toBeFocused();
  await expect(field(page, PICTURE)).toHaveValue("");
});

test("the length of a long text is counted, and the text is never cut", async ({ page, user }) => {
  await page.goto("/profile/");
  await hydrated(page);
  await expect(page.getByRole("banner")).toContainText(user.username);
  await field(page, "Contact information (optional)").fill("x".repeat(450));
  await expect(page.getByText("50 characters left").first()).toBeVisible();
  await field(page, "Contact information (optional)").fill("x".repeat(510));
  await expect(page.getByText("10 characters too many").first()).toBeVisible();
  await expect(field(page, "Contact information (optional)")).toHaveValue("x".repeat(510));
});

test("instants are in the visitor's time zone, once the browser has told it", async ({ browser, user, latchkey }) => {
  const context = await browser.newContext({ timezoneId: "Asia/Kolkata", locale: "en-GB" });
  await context.addCookies([{ name: "__Host-session", value: user.cookie, domain: "127.0.0.1", path: "/", secure: true }]);
  const page = await context.newPage();
  const told = page.waitForResponse((response) => response.url().endsWith("/zone/"));
  await page.goto(`${latchkey.url}/profile/`);
  expect((await told).status()).toBe(204);
  await page.goto(`${latchkey.url}/sessions/`);
  await expect(page.locator("main time").first()).toHaveAttribute("title", /GMT\+5:30|IST/);
  await context.close();
});

test("a file that isn't a picture gets an error as soon as it is chosen, and another one removes it", async ({ page }) => {
  await page.goto("/register/");
  await hydrated(page);
  await unfold(page, PICTURE);
  const picture = field(page, PICTURE);
  const preview = page.getByRole("img", { name: "Preview of your picture" });
  for (const [name, mimeType] of [
    ["review.pdf", "application/pdf"],
    ["photo.jpg", "image/jpeg"],
  ] as const) {
    await picture.setInputFiles({ name, mimeType, buffer: Buffer.from("No picture at all") });
    await expect(picture).toHaveAccessibleDescription(/Choose a JPEG, PNG or WebP picture\./);
    await expect(picture).toHaveAttribute("aria-invalid", "true");
    await expect(preview).toHaveCount(0);
  }
  await picture.setInputFiles({ name: "me.png", mimeType: "image/png", buffer: await png() });
  await expect(preview).toBeVisible();
  await expect(picture).not.toHaveAttribute("aria-invalid");
});

test("the count of characters has a singular", async ({ page }) => {
  await page.goto("/register/");
  await hydrated(page);
  for (const [length, words] of [
    [499, "1 character left"],
    [501, "1 character too many"],
    [502, "2 characters too many"],
  ] as const) {
    await fill(page, { "Contact information (optional)": "x".repeat(length) });
    await expect(page.getByText(words, { exact: true }).first()).toBeVisible();
  }
});

test("a session that cannot be ended says so beside its button, and its card keeps its shape", async ({ page, user, latchkey }) => {
  await latchkey.signIn(user, { device_name: "Lost phone" });
  for (const width of [320, 700, 1280]) {
    await carry(page.context(), user.cookie);
    await page.setViewportSize({ width, height: 800 });
    await page.goto("/sessions/");
    await hydrated(page);
    const card = page.getByRole("listitem").filter({ hasText: "Lost phone" });
    const height = (await card.boundingBox())?.height ?? 0;
    await page.context().clearCookies();
    await press(page, "End session of Lost phone");
    const alert = card.getByRole("alert");
    await expect(alert).toContainText("You’ve been signed out.");
    await expect(alert).toBeFocused();
    await expect(alert.getByRole("link", { name: "Sign in again" })).toBeVisible();
    expect((await card.boundingBox())?.height).toBeLessThan(height + 250);
  }
});

test("a link asks before it leads away from changes that aren’t saved, and only then", async ({ page, user }) => {
  await page.goto("/profile/");
  await hydrated(page);
  await expect(page.getByRole("banner")).toContainText(user.username);
  await fill(page, { "About you (optional)": "A long story" });
  const asked = page.getByRole("dialog", { name: "Leave without saving?" });
  await page.getByRole("link", { name: "Sessions" }).click();
  await press(page, "Keep editing");
  await expect(asked).toBeHidden();
  await expect(field(page, "About you (optional)")).toHaveValue("A long story");
  await page.getByRole("link", { name: "Sessions" }).click();
  await page.getByRole("link", { name: "Leave without saving" }).click();
  await expect(page).toHaveURL(/\/sessions\/$/);
  await page.getByRole("link", { name: "Profile" }).click();
  await page.getByRole("link", { name: "Sessions" }).click();
  await expect(page).toHaveURL(/\/sessions\/$/);
});
