import { expect, expectNotice, field, fill, press, test, WITHOUT_BROWSER } from "../pages.ts";

const SAVED = "Your profile has been saved.";

test("a notice is shown once: not after a reload, in another tab, or by an address", async ({ page, context, user }) => {
  await page.goto("/profile/");
  await expect(page.getByRole("banner")).toContainText(user.username);
  await fill(page, { "About you (optional)": "Changed" });
  await press(page, "Save changes");
  await expectNotice(page, "/profile/", SAVED);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Profile" })).toBeVisible();
  await expect(page.getByText(SAVED)).toHaveCount(0);
  const tab = await context.newPage();
  for (const path of ["/profile/?notice=profile-saved", "/profile/"]) {
    await tab.goto(path);
    await expect(tab.getByRole("heading", { level: 1, name: "Profile" })).toBeVisible();
    await expect(tab.getByText(SAVED)).toHaveCount(0);
  }
});

test("“You’re signed out.” is gone when signing in fails", async ({ page, user }) => {
  await page.goto("/profile/");
  await press(page, "Sign out");
  await expectNotice(page, "/login/", "You’re signed out.");
  await fill(page, { "Email address": user.email, Password: "Wrong horse 7 battery" });
  await press(page, "Sign in");
  await expect(page.getByRole("alert", { name: "There is a problem" })).toBeVisible();
  await expect(page.getByText("You’re signed out.")).toBeHidden();
});

test("no link on another site makes a page show a notice", WITHOUT_BROWSER, async ({ ask, user, latchkey }) => {
  const path = "/done/?to=/profile/&say=password-changed";
  const cookie = `__Host-session=${user.cookie}`;
  const own = await ask("GET", path, { headers: { cookie, "sec-fetch-site": "same-origin" } });
  expect(String(own.headers["set-cookie"])).toMatch(/^__Host-notice=password-changed; Path=\/; .*HttpOnly/i);
  const foreign = await ask("GET", path, { headers: { cookie, "sec-fetch-site": "cross-site" } });
  expect([foreign.status, foreign.headers.location, foreign.headers["set-cookie"]]).toEqual([303, `${latchkey.url}/profile/`, undefined]);
  for (const to of ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]) {
    const { headers } = await ask("GET", `/done/?to=${encodeURIComponent(to)}&say=x`);
    expect(headers.location).toBe(`${latchkey.url}/profile/`);
    expect(headers["set-cookie"]).toBeUndefined();
  }
});

test("a browser that doesn't keep the cookie is told so, and isn't redirected in a circle", async ({ page, latchkey }) => {
  const user = await latchkey.newUser();
  await page.route("**/*", async (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    const answer = await route.fetch({ maxRedirects: 0 });
    await page.context().clearCookies(); // the answer's own were kept on the way
    const { "set-cookie": _, ...headers } = answer.headers();
    await route.fulfill({ response: answer, headers });
  });
  await page.goto("/login/?next=%2Fsecurity%2F");
  await fill(page, { "Email address": user.email, Password: user.password });
  await press(page, "Sign in");
  const told = page.getByRole("alert").filter({ hasText: "Your browser didn’t keep our cookie, so you’re not signed in." });
  await expect(told).toBeFocused();
  await expect(page).toHaveURL(/\/login\/\?next=%2Fsecurity%2F&cookie=lost&email=/);
  await expect(field(page, "Email address")).toHaveValue(user.email);
  await expect(page.getByText("Sign in to continue.")).toHaveCount(0);
  await page.unrouteAll({ behavior: "wait" });
});

test("a link that somebody sends says nothing about lost cookies", WITHOUT_BROWSER, async ({ ask }) => {
  for (const site of ["none", "cross-site"]) {
    const { text } = await ask("GET", "/login/?cookie=lost", { headers: { "sec-fetch-site": site } });
    expect(text).not.toContain("keep our cookie");
  }
});
