import { expect, signInByForm, test, WITHOUT_BROWSER, WITHOUT_JAVASCRIPT } from "../pages.ts";

const PRIVATE = [
  "/profile/",
  "/sessions/",
  "/sessions/sign-out-everywhere/",
  "/sessions/1/",
  "/security/",
  "/security/tokens/",
  "/security/not-me/?event=1",
  "/account/",
  "/account/secure/",
  "/account/secured/",
  "/account/deactivate/",
  "/account/delete/",
  "/account/delete/now/",
];
const PROXIED = "middleware:middleware:middleware:middleware:middleware";

/** Ways around a check that is made in the wrong place. */
const VARIANTS: Record<string, string>[] = [
  {},
  { rsc: "1" },
  { rsc: "1", "next-router-prefetch": "1" },
  { rsc: "1", "next-router-segment-prefetch": "/_tree" },
  { rsc: "1", "next-router-segment-prefetch": "/profile/__PAGE__" },
  { rsc: "1", "next-router-state-tree": "%5B%22%22%2C%7B%7D%2Cnull%2Cnull%2Ctrue%5D" },
  { "x-middleware-subrequest": PROXIED },
  { "x-middleware-subrequest": PROXIED.replaceAll("middleware", "src/middleware") },
  { "x-middleware-subrequest": PROXIED.replaceAll("middleware", "proxy") },
  { "x-nextjs-data": "1" },
  { "x-invoke-path": "/profile" },
  { "x-middleware-rewrite": "/profile/" },
  { "x-middleware-invoke": "1" },
];

for (const path of PRIVATE) {
  test(`a signed-out visitor of ${path} is sent to sign in, and comes back afterwards`, WITHOUT_JAVASCRIPT, async ({ page }) => {
    await page.goto(path);
    await expect(page).toHaveURL((url) => url.pathname === "/login/" && url.searchParams.get("next") === path);
    await expect(page.getByText("Sign in to continue.")).toBeVisible();
  });
}

test("no variant of a request gets a user's data without a live session", WITHOUT_BROWSER, async ({ ask, latchkey }) => {
  const canary = "Canary of this very test";
  const user = await latchkey.newUser({ bio: canary });
  const token = await latchkey.signIn(user, { device_name: canary });
  const dead = await signInByForm(user, latchkey.elsewhere());
  const headers = { cookie: `__Host-session=${dead}`, origin: latchkey.url };
  expect((await ask("POST", "/sign-out/", { form: { account: String(user.id) }, headers })).status).toBe(303);
  for (const path of ["/profile/", "/sessions/", "/security/"]) {
    for (const variant of VARIANTS) {
      for (const cookie of ["", `__Host-session=${dead}`, `__Host-session=${token}`]) {
        const { status, headers, text } = await ask("GET", path, { headers: { ...variant, ...(cookie && { cookie }) } });
        const asked = `${path} ${JSON.stringify(variant)} ${cookie && "with a dead cookie, or a token of the API"}`;
        expect(text + JSON.stringify(headers), asked).not.toMatch(new RegExp(`${canary}|${user.username}|${user.email}`));
        if (status === 200) expect(text, asked).toMatch(/NEXT_REDIRECT|\/login\/\?next=/);
        else expect([303, 307, 400, 404], asked).toContain(status);
        if (status === 200) expect(headers["cache-control"], asked).toMatch(/no-store/);
      }
    }
  }
});

test("no spelling of an address avoids the check", WITHOUT_BROWSER, async ({ ask, latchkey }) => {
  const user = await latchkey.newUser();
  const spellings = [
    "/profile",
    "/profile/?_rsc=abc",
    "/profile.rsc",
    "/profile/index.rsc",
    "/profile.segments/_tree.segment.rsc",
    "/_next/data/build/profile.json",
    "//profile/",
    "/./profile/",
    "/x/../profile/",
    "/%70rofile/",
    "/PROFILE/",
    "/profile//",
  ];
  for (const method of ["GET", "HEAD"]) {
    for (const path of spellings) {
      const { status, text } = await ask(method, path);
      expect([303, 307, 308, 400, 404], `${method} ${path} → ${status}`).toContain(status);
      expect(text, path).not.toContain(user.username);
    }
  }
});
