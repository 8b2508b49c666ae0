import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "@playwright/test";
import { copyOf, expect, test, WITHOUT_JAVASCRIPT } from "../pages.ts";
import { hold } from "../request.ts";

/* A form whose last byte comes after its session has ended: whoever has stolen the cookie can hold it back. */

const READ_MS = 300;

const formWith = (page: Page, name: string) => copyOf(page.locator("main form", { has: page.locator(`[name=${name}]`) }).first());

test(
  "a form that was held back until its session ended changes nothing, and leads to the sign-in page",
  WITHOUT_JAVASCRIPT,
  async ({ page, user, latchkey }) => {
    const own = await latchkey.signIn(user, { device_name: "The owner's" });
    const id = (await latchkey.kept(user)).sessions.find(({ device_name }) => device_name !== null)?.id;
    const forms: [path: string, fields: Record<string, string>][] = [];
    const filled: [path: string, typed: Record<string, string>][] = [
      ["/profile/", { bio: "by the thief" }],
      ["/security/", { current_password: user.password, new_password: "Stolen horse 9 battery" }],
      [`/sessions/${id}/`, { device_name: "by the thief" }],
    ];
    for (const [path, typed] of filled) {
      await page.goto(path);
      const { image: _, ...fields } = await formWith(page, Object.keys(typed)[0] ?? "");
      forms.push([path, { ...fields, ...typed }]);
    }
    await page.goto("/sessions/");
    forms.push(["/sessions/", await formWith(page, "id")]);
    const headers = { cookie: `__Host-session=${user.cookie}`, origin: latchkey.url };
    const held = await Promise.all(
      forms.map(([path, multipart]) => hold(latchkey.url, "POST", path, { multipart, headers, from: latchkey.elsewhere() })),
    );
    const signOut = await hold(latchkey.url, "POST", "/sign-out/", {
      form: { all: "true", account: String(user.id) },
      headers,
      from: latchkey.elsewhere(),
    });
    await sleep(READ_MS);
    expect((await latchkey.api("POST", "/auth/logout-all/", { token: own })).status).toBe(200);
    const token = await latchkey.signIn(user);
    const before = await latchkey.kept(user);
    for (const [at, finish] of held.entries()) {
      const { status, headers } = await finish();
      expect([status, headers.location], forms[at]?.[0]).toEqual([303, expect.stringMatching(/^\/login\/\?next=/)]);
    }
    expect((await signOut()).headers.location).toContain("/login/");
    expect(await latchkey.kept(user)).toEqual(before);
    expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(200);
  },
);
