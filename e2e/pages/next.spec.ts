import { carry, expect, fill, press, signInByForm, test, WITHOUT_BROWSER, WITHOUT_JAVASCRIPT } from "../pages.ts";

/** What people are lured with: none of it may lead away from here. */
const luring = (origin: string) => [
  "//evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "https:evil.example",
  "https://evil.example",
  "/%09/evil.example",
  "/%0a/evil.example",
  "\t//evil.example",
  "/\t/evil.example",
  "/..//evil.example",
  "/.//evil.example",
  "/a/../..//evil.example",
  "/%2e%2e//evil.example",
  "javascript:alert(1)",
  "data:text/html,hello",
  `${origin}@evil.example`,
  `${origin}.evil.example`,
  "/%5cevil.example",
  "/evil%E3%80%82example",
  `/${"a".repeat(10_000)}`,
];

test("no `next` leads a signed-in visitor to another origin", WITHOUT_BROWSER, async ({ latchkey, ask }) => {
  const cookie = await signInByForm(await latchkey.newUser(), latchkey.elsewhere());
  const addresses = luring(latchkey.url).map((next) => `/login/?next=${encodeURIComponent(next)}`);
  for (const path of [...addresses, "/login/?next=//evil.example&next=/sessions/", "/login/?next[]=//evil.example"]) {
    const { status, headers } = await ask("GET", path, { headers: { cookie: `__Host-session=${cookie}` } });
    if (path.length > 4_096) {
      expect([status, headers.location], path.slice(0, 100)).toEqual([414, undefined]);
      continue;
    }
    expect([303, 307], path.slice(0, 100)).toContain(status);
    const target = new URL(String(headers.location), latchkey.url);
    expect(target.origin, path.slice(0, 100)).toBe(latchkey.url);
    expect(target.pathname, path.slice(0, 100)).not.toMatch(/^\/[/\\]|\\|%5c/i);
  }
});

test("no `next` leads anybody to another origin after signing in, and no page repeats it", async ({ page, latchkey }) => {
  const user = await latchkey.newUser();
  for (const next of ["//evil.example", "/\\evil.example", "javascript:alert(1)", "/.//evil.example"]) {
    await page.context().clearCookies();
    await page.goto(`/login/?next=${encodeURIComponent(next)}`);
    expect(await page.locator("main").innerHTML()).not.toContain("evil");
    await fill(page, { "Email address": user.email, Password: user.password });
    await press(page, "Sign in");
    await expect(page).toHaveURL(`${latchkey.url}/profile/`);
  }
});

test("a `next` changed in the form itself does not lead away either", async ({ page, latchkey }) => {
  const user = await latchkey.newUser();
  await page.goto("/login/");
  await page.locator("input[name=next]").evaluate((input: HTMLInputElement) => {
    input.value = "//evil.example/";
  });
  await fill(page, { "Email address": user.email, Password: user.password });
  await press(page, "Sign in");
  await expect(page).toHaveURL(`${latchkey.url}/profile/`);
});

test("inner addresses survive with their query", WITHOUT_JAVASCRIPT, async ({ page, context, user }) => {
  await carry(context, user.cookie);
  for (const inner of ["/sessions/", "/security/?type=session.opened&x=%2F", "/sessions/sign-out-everywhere/"]) {
    await page.goto(`/login/?next=${encodeURIComponent(inner)}`);
    await expect(page).toHaveURL((url) => url.pathname + url.search === inner);
  }
});
