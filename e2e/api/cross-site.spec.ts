import { expect, PASSWORD, person, refusal, refused, test } from "../fixtures.ts";

const FOREIGN: Record<string, string>[] = [
  { origin: "https://evil.example" },
  { origin: "null" },
  { "sec-fetch-site": "cross-site" },
  { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
];

test("log-in and registration refuse requests from other sites' pages before checking anything", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const stranger = person();
  for (const headers of FOREIGN) {
    for (const password of [PASSWORD, "Wrong horse 7 battery"]) {
      const form = { email: user.email, password };
      expect(refusal(await latchkey.api("POST", "/auth/login/", { form, headers }))).toEqual(refused(403, "cross_site"));
    }
    expect(refusal(await latchkey.api("POST", "/auth/create-user", { json: stranger, headers }))).toEqual(refused(403, "cross_site"));
  }
  expect((await latchkey.kept(user)).events).toEqual(["user.registered"]);
  expect(await latchkey.rows("select id from users where email = ?", stranger.email)).toEqual([]);
});

test("the service's own pages and programs are accepted, and a token works from any page", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const json = { email: user.email, password: user.password };
  const own: Record<string, string>[] = [{}, { origin: latchkey.url, "sec-fetch-site": "same-origin" }];
  for (const headers of own) {
    expect((await latchkey.api("POST", "/auth/login/", { json, headers })).status).toBe(200);
  }
  const token = await latchkey.signIn(user);
  const headers = { origin: "https://evil.example" };
  expect((await latchkey.api("POST", "/auth/logout/", { json: {}, token, headers })).status).toBe(200);
});
