import { copyOf, expect, openMenu, press, test, WITHOUT_BROWSER, WITHOUT_JAVASCRIPT } from "../pages.ts";

test("an unknown address says so and links to the home page", async ({ page }) => {
  const response = await page.goto("/nowhere/");
  expect(response?.status()).toBe(404);
  await expect(page).toHaveTitle("Page not found – Latchkey");
  await expect(page.getByRole("heading", { level: 1, name: "Page not found" })).toBeVisible();
  await page.getByRole("link", { name: "Go to the home page" }).click();
  await expect(page).toHaveURL(/\/$/);
});

test("a signed-in user stays signed in on an unknown page", WITHOUT_JAVASCRIPT, async ({ page, user }) => {
  await page.goto("/nowhere/at/all/");
  await expect(page.getByRole("banner")).toContainText(user.username);
  await openMenu(page);
  await expect(page.getByRole("banner").getByRole("button", { name: "Sign out" })).toBeVisible();
});

test("a notice in the address is only ever one of ours", WITHOUT_JAVASCRIPT, async ({ page, user }) => {
  for (const notice of ["You have been hacked", "__proto__", "constructor", "toString", "<b>x</b>"]) {
    await page.goto(`/profile/?notice=${encodeURIComponent(notice)}`);
    await expect(page.getByRole("banner")).toContainText(user.username);
    expect(await page.getByRole("main").innerText()).not.toContain(notice);
  }
});

test("addresses of the framework's own are closed", WITHOUT_BROWSER, async ({ ask }) => {
  const closed = ["/_next/image/?url=%2Ficon.svg&w=64&q=75", "/.env", "/.git/HEAD", "/package.json", "/db/schema.ts", "/server.ts"];
  for (const path of [...closed, "/__nextjs_original-stack-frame", "/_next/static/../../package.json"]) {
    const { status, text } = await ask("GET", path);
    expect([400, 404, 308], `${path} → ${status}`).toContain(status);
    expect(text).not.toContain("better-sqlite3");
  }
});

test("a body that no form sends is refused, and never a 500", WITHOUT_BROWSER, async ({ ask }) => {
  for (const path of ["/login/", "/register/", "/profile/", "/sign-out/"]) {
    for (const type of ["text/plain", "application/json", "application/x-www-form-urlencoded"]) {
      const { status } = await ask("POST", path, { raw: "--x\r\nnonsense", headers: { "content-type": type } });
      expect(status, `${path} ${type}`).toBeLessThan(500);
    }
  }
});

test("a form that ends too early or is garbled gets 400 and a sentence", WITHOUT_BROWSER, async ({ ask }) => {
  const part = '--x\r\ncontent-disposition: form-data; name="email"\r\n\r\n';
  for (const path of ["/login/", "/register/", "/profile/", "/nowhere/"]) {
    for (const type of ["multipart/form-data; boundary=x", "multipart/form-data"]) {
      for (const raw of ["", "--x\r\nnonsense", part, `${part}a@example.org`]) {
        const { status, text, headers } = await ask("POST", path, { raw, headers: { "content-type": type, "accept-encoding": "gzip" } });
        expect([status, headers["content-type"]], `${path} ${type} ${raw}`).toEqual([400, "text/html; charset=utf-8"]);
        expect(text).toContain("couldn’t read that form");
      }
    }
  }
});

test("what no script of the service sends to a form is refused, and never a 500", WITHOUT_BROWSER, async ({ ask }) => {
  const id =
    (await ask("GET", "/login/")).text
      .match(/"id":"([0-9a-f]{42})"|&quot;id&quot;:&quot;([0-9a-f]{42})&quot;/)
      ?.slice(1)
      .find(Boolean) ?? "";
  expect(id).not.toBe("");
  const deep = "[".repeat(10_000) + "]".repeat(10_000);
  for (const raw of [
    "[]",
    "[null,null]",
    '["a","b"]',
    "[{},{}]",
    "{",
    deep,
    `["$n${"9".repeat(1_000)}"]`,
    '[null,[[{},"a"]]]',
    "[null,[[1,2]]]",
  ]) {
    const { status, text } = await ask("POST", "/login/", {
      raw,
      headers: { "next-action": id, "content-type": "text/plain;charset=UTF-8" },
    });
    expect(status, raw.slice(0, 40)).toBeLessThan(500);
    expect(text).not.toMatch(/\bat \w+ \(|node_modules/);
  }
});

test("signing out refuses a long body while reading it", WITHOUT_BROWSER, async ({ ask, user, latchkey }) => {
  const headers = { cookie: `__Host-session=${user.cookie}`, origin: latchkey.url, "content-type": "application/x-www-form-urlencoded" };
  const { status } = await ask("POST", "/sign-out/", { raw: `all=${"x".repeat(70_000)}`, chunked: true, headers });
  expect(status).toBe(413);
  expect((await latchkey.kept(user)).sessions).toHaveLength(1);
});

test("methods that no page has get 405 with Allow, and nothing is echoed", WITHOUT_BROWSER, async ({ ask }) => {
  for (const method of ["TRACE", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
    for (const path of ["/", "/login/", "/profile/", "/sign-out/", "/nowhere/"]) {
      const { status, headers, text } = await ask(method, path, { headers: { "x-canary": "echo" } });
      expect([status, headers.allow], `${method} ${path}`).toEqual([405, "GET, HEAD, POST"]);
      expect(text).not.toContain("echo");
    }
  }
});

test("a form of an old version of the page is refused, and never a 500", WITHOUT_BROWSER, async ({ ask }) => {
  const forged = { $ACTION_REF_1: "", "$ACTION_1:0": '{"id":"00aa","bound":"$@1"}', "$ACTION_1:1": "[{}]", email: "a", password: "b" };
  const { status, text } = await ask("POST", "/login/", { multipart: forged });
  expect(status).toBeLessThan(500);
  expect(text).not.toMatch(/\bat \w+ \(|node_modules/);
});

test(
  "a form that a newer build does not know is answered with a page that says so, and changes nothing",
  WITHOUT_JAVASCRIPT,
  async ({ page, user, latchkey }) => {
    await page.goto("/profile/");
    await expect(page.getByRole("banner")).toContainText(user.username);
    const fields = await copyOf(page.locator("main form"));
    const unknown = Object.entries(fields).map(([name, value]) => [
      name,
      value.replace(/"id":"[0-9a-f]{42}"/, `"id":"7f${"0".repeat(40)}"`),
    ]);
    await page.setContent(
      `<form method="post" enctype="multipart/form-data" action="${latchkey.url}/profile/"><button>Send</button></form>`,
    );
    await page.locator("form").evaluate(
      (form, all) => {
        for (const [name = "", value = ""] of all) {
          if (name === "image") continue;
          const input = document.createElement("input");
          Object.assign(input, { type: "hidden", name, value: name === "bio" ? "Never saved" : value });
          form.append(input);
        }
      },
      unknown as [string, string][],
    );
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await press(page, "Send");
    expect((await answered).status()).toBe(409);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This was not sent");
    await expect(page.getByRole("main")).toContainText("This site was updated while the form was open, and nothing was changed. Go back");
    expect((await latchkey.kept(user)).user).toMatchObject({ bio: "" });
  },
);

test("no request of Next.js's internal protocol causes a 500", WITHOUT_BROWSER, async ({ ask }) => {
  const trees = ["garbled", "%", "[".repeat(1_000), encodeURIComponent('["",{"__proto__":1}]')];
  for (const path of ["/", "/login/", "/nowhere/", "/sessions/1/"]) {
    for (const tree of trees) {
      const { status } = await ask("GET", path, { headers: { rsc: "1", "next-router-state-tree": tree, "next-url": "%" } });
      expect(status, `${path} ${tree.slice(0, 20)}`).toBeLessThan(500);
    }
  }
  const odd = [
    "/_global-error",
    "/_global-error/",
    "/%5fglobal-error/",
    "/_GLOBAL-ERROR/",
    "/_not-found/",
    "/_error/",
    "/_next/",
    "/404/",
    "/500/",
  ];
  for (const path of [...odd, "/%", "/%ff", "/sessions/%/", "/sessions/%ff/", `/?${"a&".repeat(1_000)}`, `/?${"a".repeat(5_000)}`]) {
    const { status } = await ask("GET", path);
    expect([400, 404, 414], `${path.slice(0, 40)} → ${status}`).toContain(status);
  }
});

test("an unknown action, or another page's, is refused before Next.js forwards it to itself", WITHOUT_BROWSER, async ({ ask }) => {
  const id = (await ask("GET", "/login/")).text.match(/\b7f[0-9a-f]{40}\b/)?.[0] ?? "";
  expect(id).not.toBe("");
  for (const [path, action] of [
    ["/login/", `7f${"0".repeat(40)}`],
    ["/login/", "garbled"],
    ["/register/", id],
    ["/nowhere/", id],
    ["/profile/", id],
  ] as const) {
    const { status, headers, text } = await ask("POST", path, {
      raw: "[]",
      headers: { "next-action": action, "content-type": "text/plain" },
    });
    expect([status, headers["x-nextjs-action-not-found"], text], path).toEqual([409, "1", "Server action not found."]);
  }
});
