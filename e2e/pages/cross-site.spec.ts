import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { copyOf, expect, isSignedIn, person, test, WITHOUT_BROWSER, WITHOUT_JAVASCRIPT } from "../pages.ts";

type Sent = Record<string, string>;

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** A page on another port with these forms, each with a button. */
async function foreignPage(forms: { action: string; fields: Sent; sandboxed?: boolean }[]) {
  const html = forms.map(({ action, fields, sandboxed }) => {
    const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`);
    const form = `<form method="post" enctype="multipart/form-data" action="${action}">${inputs.join("")}<button>Win</button></form>`;
    return sandboxed ? `<iframe sandbox="allow-forms" srcdoc="${escaped(form)}"></iframe>` : form;
  });
  const server = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end(`<!doctype html><title>Prizes</title><link rel="icon" href="data:,">${html.join("")}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

test(
  "a page on another port cannot sign a user out, nor change their profile",
  WITHOUT_JAVASCRIPT,
  async ({ page, user, latchkey, complaints }) => {
    await page.goto("/profile/");
    const profile = { ...(await copyOf(page.locator("main form"))), bio: "Written by another site" };
    const foreign = await foreignPage([
      { action: `${latchkey.url}/sign-out/`, fields: { all: "true" } },
      { action: `${latchkey.url}/profile/`, fields: profile },
    ]);
    for (const i of [0, 1]) {
      await page.goto(foreign.url);
      const answered = page.waitForResponse((response) => response.request().method() === "POST");
      await page.getByRole("button", { name: "Win" }).nth(i).click();
      await answered;
      expect((await latchkey.kept(user)).user).toMatchObject({ bio: "" });
      expect(await isSignedIn(user.cookie)).toBe(true);
    }
    foreign.close();
    complaints.splice(0); // of the refusals
  },
);

const originsOf = (url: string) => {
  const { port } = new URL(url);
  return [
    "https://evil.example",
    "null",
    "http://127.0.0.1:1",
    `http://localhost:${port}`,
    `https://127.0.0.1:${port}`,
    `${url}.evil.example`,
    `http://evil.example/${url}`,
    `http://evil-127.0.0.1:${port}`,
    `${url}@evil.example`,
    "http://",
    "nonsense",
    "127.0.0.1",
  ];
};

test("forms are accepted only from the service's own pages", WITHOUT_JAVASCRIPT, async ({ page, user, latchkey, ask }) => {
  await page.goto("/profile/");
  const form = await copyOf(page.locator("main form"));
  const cookie = `__Host-session=${user.cookie}`;
  const { host } = new URL(latchkey.url);
  const send = (bio: string, headers: Record<string, string>) => {
    const { image: _, ...fields } = form;
    return ask("POST", "/profile/", { multipart: { ...fields, bio }, headers: { cookie, ...headers } });
  };
  for (const origin of originsOf(latchkey.url)) {
    const forged = URL.parse(origin)?.host ?? "evil.example";
    const forwarding: Sent[] = [{}, { "x-forwarded-host": forged }, { "x-forwarded-host": forged, forwarded: `host=${forged}` }];
    for (const more of forwarding) {
      const { status } = await send("Written by another site", { origin, ...more });
      expect(status, origin).toBe(403);
      expect((await latchkey.kept(user)).user, `${origin} ${JSON.stringify(more)}`).toMatchObject({ bio: "" });
    }
  }
  const telling: Sent[] = [
    { origin: latchkey.url, "sec-fetch-site": "cross-site" },
    { origin: latchkey.url, "sec-fetch-site": "same-site" },
    { referer: "https://evil.example/" },
    {},
  ];
  for (const headers of telling) {
    const { status, text } = await send("Written by another site", headers);
    expect([status, text], JSON.stringify(headers)).toEqual([403, expect.stringContaining(latchkey.url)]);
  }
  expect((await latchkey.kept(user)).user).toMatchObject({ bio: "" });
  const { status } = await send("Written by the user", { origin: latchkey.url, host });
  expect(status).toBe(303);
  expect((await latchkey.kept(user)).user).toMatchObject({ bio: "Written by the user" });
});

test("what a script sends in a form's name is refused for other origins too", WITHOUT_BROWSER, async ({ user, latchkey, ask }) => {
  const cookie = `__Host-session=${user.cookie}`;
  const { host } = new URL(latchkey.url);
  for (const origin of originsOf(latchkey.url).filter((origin) => URL.parse(origin)?.host !== host)) {
    const headers = { cookie, origin, "next-action": "7f".padEnd(42, "0") };
    const { status } = await ask("POST", "/profile/", { multipart: { "1_bio": "Written by another site", "0": '["$K1"]' }, headers });
    expect(status, origin).toBe(403);
  }
  expect((await latchkey.kept(user)).user).toMatchObject({ bio: "" });
});

test("no page accepts a form from another site", WITHOUT_JAVASCRIPT, async ({ page, context, user, latchkey, ask }) => {
  await latchkey.signIn(user, { device_name: "Other" });
  const other = (await latchkey.kept(user)).sessions.find(({ device_name }) => device_name === "Other")?.id;
  const [event] = await latchkey.rows("select id from audit_events where user_id = ? and type = 'session.opened'", user.id);
  const newcomer = person() as Sent;
  const signedIn: [path: string, typed: Sent][] = [
    ["/profile/", { bio: "Written by another site" }],
    ["/security/", { current_password: user.password, new_password: "Another horse 8 stable" }],
    [`/security/not-me/?event=${event?.id}`, {}],
    ["/sessions/", {}],
    [`/sessions/${other}/`, { device_name: "Named by another site" }],
  ];
  const signedOut: [path: string, typed: Sent][] = [
    ["/login/", { email: user.email, password: user.password }],
    ["/register/", newcomer],
  ];
  const before = await latchkey.kept(user);
  let tried = 0;
  for (const [cookie, pages] of [
    [`__Host-session=${user.cookie}`, signedIn],
    ["", signedOut],
  ] as const) {
    if (!cookie) await context.clearCookies();
    for (const [path, typed] of pages) {
      await page.goto(path);
      for (const form of await page.locator("main form[method=post i]").all()) {
        const { image: _, ...fields } = { ...(await copyOf(form)), ...typed };
        const headers = { ...(cookie && { cookie }), origin: "https://evil.example", "x-forwarded-host": "evil.example" };
        const { status } = await ask("POST", path, { multipart: fields, headers });
        expect(status, path).toBe(403);
        expect(await latchkey.kept(user), path).toEqual(before);
        tried++;
      }
    }
  }
  expect(tried, "forms that were tried").toBeGreaterThan(7);
  expect(await latchkey.rows("select id from users where email = ?", newcomer.email)).toEqual([]);
});

test(
  "signing out is refused for other origins and unusual content types, and ends nothing",
  WITHOUT_BROWSER,
  async ({ user, latchkey, ask }) => {
    const cookie = `__Host-session=${user.cookie}`;
    for (const origin of originsOf(latchkey.url)) {
      const { status } = await ask("POST", "/sign-out/", { form: { all: "true" }, headers: { cookie, origin } });
      expect(status, origin).toBe(403);
    }
    for (const method of ["PUT", "PATCH", "DELETE"]) {
      expect((await ask(method, "/sign-out/", { headers: { cookie, origin: "https://evil.example" } })).status, method).toBe(405);
    }
    const nothing = await ask("POST", "/sign-out/", { raw: "all=true", headers: { cookie, "content-type": "text/plain" } });
    expect(nothing.status, "neither Origin nor Sec-Fetch-Site, with a cookie").toBe(403);
    expect(await isSignedIn(user.cookie)).toBe(true);
  },
);

test("no address of the API takes the browser's cookie for a token", WITHOUT_BROWSER, async ({ user, ask, latchkey }) => {
  const headers = { cookie: `__Host-session=${user.cookie}`, origin: latchkey.url };
  expect((await ask("GET", "/auth/me/", { headers })).status).toBe(401);
  expect((await ask("POST", "/auth/logout-all/", { json: {}, headers })).status).toBe(401);
  expect(await isSignedIn(user.cookie)).toBe(true);
});

test(
  "a page's cookie is no token of the API, and a token of the API is no cookie of a page",
  WITHOUT_BROWSER,
  async ({ user, latchkey }) => {
    const token = await latchkey.signIn(user);
    const before = await latchkey.kept(user);
    for (const taken of [user.cookie, `lk_${user.cookie.replace("lkc_", "")}`]) {
      const answer = await latchkey.api("POST", "/auth/logout-all/", { token: taken, json: {} });
      expect([answer.status, answer.body.code]).toEqual([401, "invalid_token"]);
    }
    for (const taken of [token, `lkc_${token.replace("lk_", "")}`]) expect(await isSignedIn(taken)).toBe(false);
    expect(await latchkey.kept(user)).toEqual(before);
    expect((await latchkey.api("GET", "/auth/sessions/", { token })).body.sessions).toHaveLength(2);
  },
);

test("a sandboxed frame, whose origin is null, changes nothing", WITHOUT_JAVASCRIPT, async ({ page, user, latchkey, complaints }) => {
  await page.goto("/profile/");
  const fields = { ...(await copyOf(page.locator("main form"))), bio: "Written by a frame" };
  const foreign = await foreignPage([{ action: `${latchkey.url}/profile/`, fields, sandboxed: true }]);
  await page.goto(foreign.url);
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.frameLocator("iframe").getByRole("button", { name: "Win" }).click();
  await answered;
  expect((await latchkey.kept(user)).user).toMatchObject({ bio: "" });
  foreign.close();
  complaints.splice(0); // of the refusals
});
