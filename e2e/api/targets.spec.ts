import { expect, refusal, refused, test } from "../fixtures.ts";
import { send } from "../request.ts";

/* Request targets in another form than a path: no server of ours redirects them, and none fails on them. */

for (const authority of ["http://evil.example", "HTTP://user:word@evil.example:81", "https://evil.example"]) {
  test(`a target that begins with ${authority} is served as its path`, async ({ latchkey }) => {
    const { email, password } = await latchkey.newUser();
    const { status, body } = await latchkey.api("POST", `${authority}/auth/login/`, { json: { email, password } });
    expect(status).toBe(200);
    const me = await latchkey.api("GET", `${authority}/auth/me/?x=//y`, { token: body.token });
    expect([me.status, me.body.email]).toEqual([200, email]);
    expect(refusal(await latchkey.api("GET", `${authority}/auth/nothing/`))).toEqual(refused(404, "not_found"));
  });
}

for (const target of [
  "*",
  "ftp://evil.example/auth/me/",
  "http:///auth/me/",
  "http://evil.example//auth/me/",
  "//auth/login/",
  "///auth/login/",
  "//evil.example/auth/me/",
  "/auth//login/",
  "/auth/login//",
  "/auth\\login/",
  "/\\auth/login/",
  "/./auth/login/",
  "/auth/./login/",
  "/x/../auth/login/",
  "/auth/%2e%2e/auth/login/",
  "/%2E/auth/login/",
  "/auth%2flogin/",
  "/auth%5Clogin/",
  "/%61uth/login/",
  "/auth/login/.",
  "/auth/..",
  "/auth/%ff/",
  "/auth/login#x",
  "//health",
  "/avatars//x.webp",
  "/_next/../auth/login/",
]) {
  test(`there is nothing at ${target}, for any method, and nobody is sent elsewhere`, async ({ latchkey }) => {
    for (const method of ["GET", "POST", "OPTIONS"]) {
      const answer = await latchkey.api(method, target, method === "POST" ? { json: {} } : {});
      expect([answer.status, answer.headers.location], method).toEqual([404, undefined]);
      if (method !== "OPTIONS") expect(refusal(answer), method).toEqual(refused(404, "not_found"));
    }
  });
}

test("unusual targets of pages aren't redirected either", async ({ latchkey: { url } }) => {
  for (const target of [
    "//login/",
    "/login//",
    "/\\evil.example/",
    "//evil.example/",
    "/./login/",
    "/login/../profile/",
    "/.well-known//change-password",
  ]) {
    const { status, headers } = await send(url, "GET", target);
    expect([status, headers.location], target).toEqual([404, undefined]);
  }
  expect((await send(url, "GET", "http://evil.example/login/?next=//x")).status).toBe(200);
});
