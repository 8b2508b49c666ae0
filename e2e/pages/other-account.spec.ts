import type { BrowserContext, Page } from "@playwright/test";
import {
  carry,
  expect,
  expectNotice,
  field,
  fill,
  isSignedIn,
  press,
  type SignedIn,
  signInByForm,
  test,
  unique,
  WITHOUT_JAVASCRIPT,
} from "../pages.ts";

const BIO = "About you (optional)";

/** A page of the first user is open; then somebody else signs in in the same browser. */
async function signInSomebodyElse(context: BrowserContext, latchkey: import("../fixtures.ts").Latchkey): Promise<SignedIn> {
  const zoe = await latchkey.newUser({ username: unique("zoe"), bio: "Zoe's own words" });
  const cookie = await signInByForm(zoe, latchkey.elsewhere());
  await carry(context, cookie);
  return { ...zoe, cookie };
}

/** A whole new page says who is signed in now, and has nothing of the other user. */
async function expectOtherAccount(page: Page, path: string, zoe: SignedIn, ...secrets: string[]): Promise<void> {
  await expectNotice(page, path, `You’re now signed in as ${zoe.username}.`);
  await expect(page.getByRole("banner")).toContainText(zoe.username);
  const fields = await page.locator("main input, main textarea").evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
  for (const secret of secrets) expect((await page.content()) + fields.join("\n")).not.toContain(secret);
}

test("a profile that was left open cannot be saved into the account of whoever signed in since", async ({
  page,
  context,
  user,
  latchkey,
}) => {
  await page.goto("/profile/");
  await fill(page, { Username: unique("ada"), [BIO]: "Ada's words" });
  const zoe = await signInSomebodyElse(context, latchkey);
  const before = [await latchkey.kept(user), await latchkey.kept(zoe)];
  await press(page, "Save changes");
  await expectOtherAccount(page, "/profile/", zoe, user.email, user.username, "Ada's words");
  expect([await latchkey.kept(user), await latchkey.kept(zoe)]).toEqual(before);
  await expect(page.getByRole("region", { name: "Email address" })).toContainText(zoe.email);
  await expect(field(page, BIO)).toHaveValue("Zoe's own words");
  await fill(page, { [BIO]: "Zoe's new words" });
  await press(page, "Save changes");
  await expectNotice(page, "/profile/", "Your profile has been saved.");
  expect((await latchkey.kept(zoe)).user).toMatchObject({ email: zoe.email, bio: "Zoe's new words" });
});

test("a refused form that is sent again from a page left open isn't shown to another user", async ({ page, context, user, latchkey }) => {
  await page.goto("/profile/");
  await fill(page, { Username: "short", [BIO]: "Ada's words" });
  await press(page, "Save changes");
  await expect(page.getByRole("alert", { name: "There is a problem" })).toBeVisible();
  const zoe = await signInSomebodyElse(context, latchkey);
  await fill(page, { Username: user.username });
  await press(page, "Save changes");
  await expectOtherAccount(page, "/profile/", zoe, user.email, user.username, "Ada's words");
});

test("signing out, here or everywhere, from a page that was left open ends nobody else's session", async ({
  page,
  context,
  user,
  latchkey,
}) => {
  const zoe = await signInSomebodyElse(context, latchkey);
  for (const [path, button] of [
    ["/profile/", "Sign out"],
    ["/sessions/sign-out-everywhere/", "Sign out everywhere"],
  ] as const) {
    await carry(context, user.cookie);
    await page.goto(path);
    await carry(context, zoe.cookie);
    await press(page, button);
    await expectNotice(page, "/profile/", `You’re now signed in as ${zoe.username}.`);
    for (const cookie of [user.cookie, zoe.cookie]) expect(await isSignedIn(cookie)).toBe(true);
  }
});

test("every other form of a page that was left open is refused as well", async ({ page, context, user, latchkey }) => {
  const phone = await latchkey.signIn(user, { device_name: "Ada's phone" });
  const id = (await latchkey.kept(user)).sessions.find(({ device_name }) => device_name === "Ada's phone")?.id;
  const [event] = await latchkey.rows("select id from audit_events where session_id = ? and type = 'session.opened'", id);
  const pages: [path: string, button: string, typed: Record<string, string>][] = [
    ["/sessions/", "End session of Ada's phone", {}],
    ["/sessions/", "Sign out of 1 other device", {}],
    [`/sessions/${id}/`, "End this session", {}],
    [`/sessions/${id}/`, "Save name", { "Name of this session": "Named too late" }],
    [`/security/not-me/?event=${event?.id}`, "End that session", {}],
    ["/security/email/", "Change email address", { "New email address": `${unique("ada")}@example.org` }],
    ["/security/", "Change password", { "Current password": user.password, "New password": "Another horse 8 stable" }],
  ];
  const zoe = await signInSomebodyElse(context, latchkey);
  for (const [path, button, typed] of pages) {
    await carry(context, user.cookie);
    await page.goto(path);
    await fill(page, typed);
    await carry(context, zoe.cookie);
    const before = [await latchkey.kept(user), await latchkey.kept(zoe)];
    await press(page, button);
    await expectOtherAccount(page, `/${path.split("/")[1]}/`, zoe, "Ada's phone", user.email);
    expect([await latchkey.kept(user), await latchkey.kept(zoe)], path).toEqual(before);
  }
  expect((await latchkey.api("GET", "/auth/me/", { token: phone })).status).toBe(200);
});

test(
  "every form of a signed-in page says whose it is, and is refused without it",
  WITHOUT_JAVASCRIPT,
  async ({ page, user, latchkey, ask }) => {
    await latchkey.signIn(user, { device_name: "Other" });
    const other = (await latchkey.kept(user)).sessions.find(({ device_name }) => device_name === "Other")?.id;
    const [event] = await latchkey.rows("select id from audit_events where session_id = ? and type = 'session.opened'", other);
    let seen = 0;
    for (const path of [
      "/profile/",
      "/sessions/",
      "/sessions/sign-out-everywhere/",
      `/sessions/${other}/`,
      "/security/",
      "/security/email/",
      `/security/not-me/?event=${event?.id}`,
    ]) {
      await page.goto(path);
      for (const form of await page.locator("form[method=post i]").all()) {
        const fields = await form.evaluate((one: HTMLFormElement) =>
          [...new FormData(one)].map(([name, value]): [string, string] => [name, String(value)]),
        );
        expect(Object.fromEntries(fields).account, path).toBe(String(user.id));
        const action = new URL((await form.getAttribute("action")) ?? "", page.url());
        const before = await latchkey.kept(user);
        for (const account of [null, "", "0", String(user.id + 1), `${user.id} `]) {
          const multipart = { ...Object.fromEntries(fields.filter(([name]) => name !== "image")), account: account ?? "" };
          const { account: _, ...nameless } = multipart;
          const { status } = await ask("POST", action.pathname + action.search, {
            multipart: account === null ? nameless : multipart,
            headers: { cookie: `__Host-session=${user.cookie}`, origin: latchkey.url },
          });
          expect([303, 200], `${path} ${account}`).toContain(status);
          expect(await latchkey.kept(user), `${path} ${account}`).toEqual(before);
        }
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(10);
  },
);
