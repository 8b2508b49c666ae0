import type { Page } from "@playwright/test";
import { expect, expectMessage, expectNotice, field, fill, hydrated, PASSWORD, person, press, test } from "../../pages.ts";

const BIO = "About you (optional)";
const UNREACHABLE = "We couldn’t reach the server. What you typed is still here. Check your connection and try again.";

/** Presses a button whose request is lost, and waits until it is: the same message may be there from the time before. */
async function pressInVain(page: Page, button: string): Promise<void> {
  const sent = page.waitForRequest((request) => request.method() === "POST");
  await press(page, button);
  await (await sent).response();
  await expect(page.getByRole("button", { name: button, exact: true })).toBeVisible(); // with this name it waits for nothing
}

/** What becomes of the next form that a script sends. */
async function onNextForm(page: Page, change: Parameters<Page["route"]>[1]): Promise<void> {
  await page.route((url) => url.protocol.startsWith("http"), change, { times: 1 });
}

test("a registration that can't be sent keeps everything, including the password, and can be sent again", async ({
  page,
  context,
  complaints,
}) => {
  const { email, username } = person();
  const typed = { "Email address": email, "Create a password": PASSWORD, Username: username, [BIO]: "A long story" };
  await page.goto("/register/");
  await hydrated(page);
  await fill(page, typed);
  await context.setOffline(true);
  for (const _ of [1, 2]) {
    await pressInVain(page, "Create account");
    await expectMessage(page, UNREACHABLE);
    for (const [label, value] of Object.entries(typed)) await expect(field(page, label)).toHaveValue(value);
  }
  await context.setOffline(false);
  await press(page, "Create account");
  await expectNotice(page, "/profile/", "Your account is ready");
  await expect(field(page, BIO)).toHaveValue("A long story");
  complaints.splice(0); // of the lost requests
});

test("a profile form survives a server that drops the connection and a proxy without a server behind it", async ({
  page,
  user,
  latchkey,
  complaints,
}) => {
  await page.goto("/profile/");
  await hydrated(page);
  await fill(page, { [BIO]: "A long story" });
  const lost: Parameters<Page["route"]>[1][] = [
    (route) => route.abort("connectionreset"),
    (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }),
    (route) => route.fulfill({ status: 503, contentType: "text/plain", body: "draining" }),
  ];
  for (const one of lost) {
    await onNextForm(page, one);
    await pressInVain(page, "Save changes");
    await expectMessage(page, UNREACHABLE);
    await expect(field(page, BIO)).toHaveValue("A long story");
  }
  await press(page, "Save changes");
  await expectNotice(page, "/profile/", "Your profile has been saved.");
  expect((await latchkey.kept(user)).user).toMatchObject({ bio: "A long story" });
  complaints.splice(0);
});

test("a form that a newer build does not know stays, says so, and can be tried again", async ({ page, user, complaints }) => {
  await page.goto("/profile/");
  await hydrated(page);
  await expect(page.getByRole("banner")).toContainText(user.username);
  await fill(page, { [BIO]: "A long story" });
  await onNextForm(page, (route) => route.continue({ headers: { ...route.request().headers(), "next-action": `7f${"0".repeat(40)}` } }));
  await press(page, "Save changes");
  await expectMessage(page, "This site was updated while this page was open.");
  await expect(field(page, BIO)).toHaveValue("A long story");
  await press(page, "Save changes");
  await expectNotice(page, "/profile/", "Your profile has been saved.");
  complaints.splice(0);
});

test("a button whose request is lost stays, says so, and works when it is pressed again", async ({
  page,
  context,
  user,
  latchkey,
  complaints,
}) => {
  const token = await latchkey.signIn(user, { device_name: "Lost phone" });
  await page.goto("/sessions/");
  await hydrated(page);
  await context.setOffline(true);
  await press(page, "End session of Lost phone");
  await expect(page.getByText("We couldn’t reach the server. Check your connection and try again.")).toBeFocused();
  await context.setOffline(false);
  await press(page, "End session of Lost phone");
  await expectNotice(page, "/sessions/", "That device is now signed out.");
  expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(401);
  complaints.splice(0);
});
