import {
  carry,
  expect,
  expectNotice,
  expectRefusal,
  field,
  fill,
  isSignedIn,
  press,
  sessionCookie,
  signInByForm,
  test,
  WITHOUT_BROWSER,
  WITHOUT_JAVASCRIPT,
  write,
} from "../pages.ts";

const NEW_PASSWORD = "Another horse 8 stable";

test("a user changes the password, stays signed in here, and every other session ends", async ({ page, context, user, latchkey }) => {
  const other = await latchkey.signIn(user);
  await page.goto("/security/");
  await expect(page).toHaveTitle("Security – Latchkey");
  await fill(page, { "Current password": user.password, "New password": NEW_PASSWORD });
  await press(page, "Change password");
  await expectNotice(page, "/security/", "Your password has been changed");
  await expect(page.getByText("Your password has been changed, and you’re signed out everywhere else.")).toBeVisible();
  const renewed = await sessionCookie(context);
  expect(renewed?.value).not.toBe(user.cookie);
  expect((await latchkey.api("GET", "/auth/me/", { token: other })).status).toBe(401);
  expect(await isSignedIn(user.cookie)).toBe(false);
  await page.goto("/profile/");
  await expect(page).toHaveURL(/\/profile\/$/);
  expect(await latchkey.signIn({ ...user, password: NEW_PASSWORD })).toMatch(/^lk_/);
});

test("a wrong current password, an empty one and the same one again are refused, and change nothing", async ({
  page,
  user,
  latchkey,
  javaScriptEnabled,
}) => {
  const before = (await latchkey.kept(user)).user?.password_hash;
  await page.goto("/security/");
  await press(page, "Change password");
  await expectRefusal(page, { "Current password": "Enter your password.", "New password": "Choose a password." });
  await fill(page, { "Current password": "Wrong horse 7 battery", "New password": NEW_PASSWORD });
  await press(page, "Change password");
  await expectRefusal(page, { "Current password": "That’s not your current password. Try again." });
  await expect(field(page, "Current password")).toHaveValue("");
  await expect(field(page, "New password")).toHaveValue(javaScriptEnabled === false ? "" : NEW_PASSWORD);
  await fill(page, { "Current password": user.password, "New password": user.password });
  await press(page, "Change password");
  await expectRefusal(page, { "New password": "That’s already your password. Choose a new one." });
  expect((await latchkey.kept(user)).user?.password_hash).toBe(before);
});

test("password managers know whose password is changed", WITHOUT_JAVASCRIPT, async ({ page, user }) => {
  await page.goto("/security/");
  await expect(field(page, "Account")).toHaveValue(user.email);
  await expect(field(page, "Account")).toHaveAttribute("autocomplete", "username");
  await expect(field(page, "Current password")).toHaveAttribute("autocomplete", "current-password");
  await expect(field(page, "New password")).toHaveAttribute("autocomplete", "new-password");
});

test("a user reads in plain words what happened to the account, newest first", async ({ page, user, javaScriptEnabled }) => {
  write("insert into audit_events (user_id, type, at, ip) values (?, 'profile.changed', ?, '127.0.0.9')", user.id, Date.now());
  await page.goto("/security/");
  const rows = page.getByRole("region", { name: "Recent activity" }).getByRole("listitem");
  await expect(rows).toContainText(["Profile changed", "Signed in", "Account created"]);
  await expect(rows.nth(0)).toContainText(/· 127\.\d+\.\d+\.\d+/);
  await expect(rows.nth(0).locator("time")).toHaveAttribute("datetime", /Z$/);
  await expect(page.getByRole("region", { name: "Recent activity" }).getByRole("heading", { level: 3 })).toHaveText("Today");
  const show = page.getByLabel("Show", { exact: true });
  await show.selectOption("Sign-ins");
  if (javaScriptEnabled === false) await press(page, "Apply");
  else await expect(page.getByRole("button", { name: "Apply" })).toHaveCount(0);
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("Signed in");
  await expect(show).toHaveValue("signed-in");
  await page.goto("/security/?type=user.registered");
  await expect(rows).toHaveText([/^Account created/]);
  await expect(show).toHaveValue("user.registered");
});

test("a long list of activity is read page by page", async ({ page, user }) => {
  write(
    `insert into audit_events (user_id, type, at, detail)
     with recursive counted (n) as (select 1 union all select n + 1 from counted where n < 25)
     select ?, 'profile.changed', ? + n, n from counted`,
    user.id,
    Date.now(),
  );
  await page.goto("/security/");
  const rows = page.getByRole("region", { name: "Recent activity" }).getByRole("listitem");
  await expect(rows).toHaveCount(20);
  await page.getByRole("link", { name: "Older" }).click();
  await expect(rows).toHaveCount(7);
  await expect(rows.last()).toContainText("Account created");
  await page.getByRole("link", { name: "Newest" }).click();
  await expect(rows).toHaveCount(20);
});

test("failed sign-ins since the last visit are shown at the top", WITHOUT_JAVASCRIPT, async ({ page, user, latchkey }) => {
  await page.goto("/security/");
  await expect(page.getByText(/\d failed sign-ins?/)).toHaveCount(0);
  for (let i = 0; i < 2; i++) {
    await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: `Wrong horse ${i} battery` } });
  }
  await page.goto("/security/");
  await expect(page.getByText("2 failed sign-ins since you were last here")).toBeVisible();
  const failed = page.getByRole("listitem").filter({ hasText: "2 failed sign-ins" });
  await expect(failed, "one row for what repeats itself").toHaveCount(1);
  await expect(failed.getByRole("link", { name: "This wasn’t me" })).toHaveCount(1);
});

test("“This wasn’t me” ends the stranger’s session and leads to a new password", async ({ page, user, latchkey }) => {
  const stranger = await latchkey.signIn(user, { device_name: "Stranger" });
  await page.goto("/security/");
  await page
    .getByRole("link", { name: /^This wasn’t me ?: Signed in on a new device$/ })
    .first()
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "This wasn’t me" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Change password" })).toHaveAttribute("href", "/security/");
  await press(page, "End that session");
  await expect(page.getByText("That device is now signed out.")).toBeVisible();
  expect((await latchkey.api("GET", "/auth/me/", { token: stranger })).status).toBe(401);
});

test("other people’s events and unknown ones are not found", WITHOUT_JAVASCRIPT, async ({ page, user, latchkey }) => {
  const stranger = await latchkey.newUser();
  const [{ id } = { id: 0 }] = await latchkey.rows("select id from audit_events where user_id = ?", stranger.id);
  expect(stranger.id).not.toBe(user.id);
  for (const event of [id, 0, -1, "x", 9_007_199_254_740_991, ""]) {
    const response = await page.goto(`/security/not-me/?event=${event}`);
    expect(response?.status(), String(event)).toBe(404);
    await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  }
});

test(
  "“This wasn’t me” is offered for what somebody else may have done, and for nothing else",
  WITHOUT_JAVASCRIPT,
  async ({ page, user, latchkey }) => {
    const other = await latchkey.signIn(user, { device_name: "Other" });
    await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token: other, json: { bio: "New" } });
    await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: "Wrong horse 7 battery" } });
    await latchkey.api("POST", "/auth/logout/", { token: other, json: {} });
    latchkey.operator("user", "suspend", user.username);
    latchkey.operator("user", "activate", user.username);
    await carry(page.context(), await signInByForm(user, latchkey.elsewhere()));
    await page.goto("/security/");
    const rows = page.getByRole("region", { name: "Recent activity" }).getByRole("listitem");
    const offered = async (what: string) => rows.filter({ hasText: what }).last().getByRole("link", { name: "This wasn’t me" }).count();
    for (const what of ["Profile changed", "Failed sign-in", "Signed in"]) expect(await offered(what), what).toBe(1);
    for (const what of ["Account created", "Account status changed by the operator", "Signed out on one device"])
      expect(await offered(what), what).toBe(0);
    const [event] = await latchkey.rows("select id from audit_events where user_id = ? and type = 'status.changed'", user.id);
    expect((await page.goto(`/security/not-me/?event=${event?.id}`))?.status()).toBe(404);
  },
);

test(
  "a sign-in on a new device is asked about, until somebody says that it was theirs",
  WITHOUT_JAVASCRIPT,
  async ({ page, user, latchkey }) => {
    const banner = page.getByRole("status").filter({ hasText: "New device:" });
    await page.goto("/sessions/");
    await expect(banner, "not about this very device").toHaveCount(0);
    await latchkey.signIn(user);
    await page.goto("/security/");
    await expect(banner.getByRole("link", { name: "No, review it" })).toHaveAttribute("href", /^\/security\/not-me\/\?event=\d+$/);
    await press(page, "Yes");
    await expectNotice(page, "/sessions/", "Thanks. We won’t ask about that device again here.");
    await page.goto("/security/");
    await expect(banner).toHaveCount(0);
    await latchkey.signIn(user);
    await page.goto("/sessions/");
    await expect(banner).toHaveCount(1);
  },
);

test(
  "all activity is exported as a file, in which no cell is a formula, to nobody but the user",
  WITHOUT_BROWSER,
  async ({ user, ask }) => {
    write(
      `insert into audit_events (user_id, type, at, device)
     with recursive counted (n) as (select 1 union all select n + 1 from counted where n < 1100)
     select ?, 'profile.changed', ?, '=1+"2"' from counted`,
      user.id,
      Date.now(),
    );
    const headers = { cookie: `__Host-session=${user.cookie}` };
    const json = await ask("GET", "/security/activity.json", { headers });
    expect(json.headers["content-disposition"]).toMatch(/^attachment; filename="activity-\d{4}-\d\d-\d\d\.json"$/);
    expect(JSON.parse(json.text).events).toHaveLength(1_102);
    const csv = await ask("GET", "/security/activity.csv", { headers });
    expect([csv.headers["content-type"], csv.headers["cache-control"]]).toEqual(["text/csv; charset=utf-8", "no-store"]);
    const lines = csv.text.split("\r\n");
    expect([lines[0], lines.length]).toEqual(['"id","at","type","what","device","ip","session_id","detail"', 1_104]);
    expect(lines[1]).toContain(`"profile.changed","Profile changed","'=1+""2""","",`);
    for (const path of ["/security/activity.csv", "/security/activity.json"]) expect((await ask("GET", path)).status).toBe(303);
  },
);
