import assert from "node:assert/strict";
import { test } from "node:test";
import { db } from "#db/engine.ts";
import { rateLimits, users } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";

const ALLOWED = "https://app.example.org";
Object.assign(process.env, { PUBLIC_URL: "https://accounts.example.org", CORS_ORIGINS: ALLOWED });
const { api } = await import("./api.ts");
const { refusesCrossSite } = await import("./endpoint.ts");

await freshDatabase();
const person = await newUser();

const FOREIGN: Record<string, string>[] = [
  { origin: "https://evil.example" },
  { origin: "null" },
  { origin: "" },
  { origin: "http://accounts.example.org" },
  { origin: "https://accounts.example.org.evil.example" },
  { origin: "https://accounts.example.org:8443" },
  { origin: `${ALLOWED}.evil.example` },
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
  { "sec-fetch-site": "cross-site", origin: "https://accounts.example.org" },
];
const OWN: Record<string, string>[] = [
  {},
  { origin: "https://accounts.example.org" },
  { origin: "https://accounts.example.org", "sec-fetch-site": "same-origin" },
  { "sec-fetch-site": "none" },
  { origin: ALLOWED },
  { origin: ALLOWED, "sec-fetch-site": "cross-site" },
];

async function post(path: string, headers: Record<string, string>, body: unknown, method = "POST"): Promise<Response> {
  const handlers = await import(`#app${path}route.ts`);
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  return handlers[method](new Request(`http://latchkey.test${path}`, { method, headers, ...content }));
}

const open = Object.values(api).filter((row) => refusesCrossSite(row));

test("other sites' requests to public addresses are refused before anything is evaluated or counted", async () => {
  assert.deepEqual(
    open.map(({ path }) => path),
    [
      "/auth/create-user/",
      "/auth/login/",
      "/auth/login/second-factor/",
      "/auth/totp/",
      "/auth/totp/confirm/",
      "/auth/login/passkey/options/",
      "/auth/login/passkey/",
      "/auth/forgot-password/",
      "/auth/reset-password/",
      "/auth/verify-email/",
      "/auth/undo-email-change/",
      "/auth/not-me/",
      "/auth/cancel-deletion/",
      "/auth/revoke/",
    ],
  );
  for (const { path } of open) {
    for (const headers of FOREIGN) {
      for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
        const body = { email: person.email, username: person.username, password: "Wrong horse 7 battery" };
        const answer = await post(path, { "content-type": type, ...headers }, body);
        assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
        assert.equal((await answer.json()).code, "cross_site");
        assert.equal(answer.headers.get("access-control-allow-origin"), null);
      }
    }
  }
  assert.deepEqual(await db().select().from(rateLimits), []);
  assert.equal((await db().select().from(users)).length, 1);
});

test("own pages, programs and allowed origins are accepted", async () => {
  for (const headers of OWN) {
    const answer = await post(
      "/auth/login/",
      { "content-type": "application/json", ...headers },
      { email: person.email, password: PASSWORD },
    );
    assert.equal(answer.status, 200, JSON.stringify(headers));
    const allowed = headers.origin === ALLOWED ? ALLOWED : null;
    assert.equal(answer.headers.get("access-control-allow-origin"), allowed);
  }
});

test("a preflight of an allowed origin is allowed, any other gets no permission", async () => {
  for (const [origin, permission] of [
    [ALLOWED, ALLOWED],
    ["https://evil.example", null],
  ] as const) {
    const headers = { origin, "access-control-request-method": "POST", "sec-fetch-site": "cross-site" };
    const answer = await post("/auth/login/", headers, undefined, "OPTIONS");
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get("access-control-allow-origin"), permission);
  }
});

test("a request with a token is accepted from any page", async () => {
  const { token } = await (
    await post("/auth/login/", { "content-type": "application/json" }, { email: person.email, password: PASSWORD })
  ).json();
  const headers = { authorization: `Bearer ${token}`, origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  assert.equal((await post("/auth/logout/", { ...headers, "content-type": "application/json" }, {})).status, 200);
});
