import { expect, refusal, refused, test } from "../fixtures.ts";

const INVALID = 'Bearer realm="latchkey", error="invalid_token"'; // a missing token is a reason too

test("a token returns its user and its session", async ({ latchkey }) => {
  const user = await latchkey.newUser({ bio: "Mathematician.", contact_information: "Office 3" });
  const { body: login } = await latchkey.api("POST", "/auth/login/", {
    json: { email: user.email, password: user.password, device_name: "Build server" },
  });
  const { status, body } = await latchkey.api("GET", "/auth/me/", { token: login.token });
  expect(status).toBe(200);
  expect(body).toEqual({ ...login.user, session: { ...login.session, last_used_at: expect.any(String), expires_at: expect.any(String) } });
  expect(body).toMatchObject({
    id: user.id,
    email: user.email,
    username: user.username,
    bio: "Mathematician.",
    contact_information: "Office 3",
    image: null,
    account_status: "active",
    session: { current: true, device_name: "Build server" },
  });
});

test("a request without a token gets 401", async ({ latchkey }) => {
  const answer = await latchkey.api("GET", "/auth/me/");
  expect(refusal(answer)).toEqual(refused(401, "authentication_required"));
  expect(answer.headers["www-authenticate"]).toBe(INVALID);
});

for (const [name, scheme] of [
  ["Bearer", "Bearer "],
  ["bearer in lowercase", "bearer "],
  ["BEARER and two blanks", "BEARER  "],
  ["Bearer and a tab", "Bearer\t"],
  ["Token", "Token "],
  ["token in lowercase", "token "],
] as const) {
  test(`the scheme ${name} is understood`, async ({ latchkey }) => {
    const user = await latchkey.newUser();
    const authorization = `${scheme}${await latchkey.signIn(user)}`;
    expect((await latchkey.api("GET", "/auth/me/", { headers: { authorization } })).body.id).toBe(user.id);
  });
}

for (const [name, authorization, code] of [
  ["nothing but the scheme", "Bearer", "authentication_required"],
  ["nothing behind the scheme", "Bearer ", "authentication_required"],
  ["an empty value", "", "authentication_required"],
  ["another scheme", "Basic eDp5", "authentication_required"],
  ["no scheme", "lk_x", "authentication_required"],
  ["two words", "Bearer a b", "invalid_token"],
  ["one letter", "bearer x", "invalid_token"],
  ["Token and one letter", "Token x", "invalid_token"],
  ["quotes", 'Bearer "x"', "invalid_token"],
  ["an encoded byte", "Bearer %ff", "invalid_token"],
  ["an accent", "Bearer \u00e9", "invalid_token"],
  ["a list", "Bearer x, Bearer y", "invalid_token"],
  ["a JSON Web Token", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "invalid_token"],
  ["12,000 characters", `Bearer ${"x".repeat(12_000)}`, "invalid_token"],
  ["a well-formed token that nobody got", `Bearer lk_${"0".repeat(56)}`, "invalid_token"],
] as const) {
  test(`an Authorization header with ${name} is refused`, async ({ latchkey }) => {
    const answer = await latchkey.api("GET", "/auth/me/", { headers: { authorization } });
    expect(refusal(answer)).toEqual(refused(401, code));
    expect(answer.headers["www-authenticate"]).toBe(INVALID);
  });
}

test("a token that is changed, cut, extended or in another case is refused", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  const changed = (at: number) => token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
  for (const wrong of [
    changed(4),
    changed(20),
    changed(53),
    changed(58),
    token.slice(0, -1),
    `${token}A`,
    token.toLowerCase(),
    token.slice(3),
  ]) {
    expect(refusal(await latchkey.api("GET", "/auth/me/", { token: wrong })), wrong).toEqual(refused(401, "invalid_token"));
  }
  expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(200);
});

test("the second of two Authorization headers is never used", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  const host = new URL(latchkey.url).host;
  const lines = ["Authorization: Bearer lk_x", `Authorization: Bearer ${token}`, `Host: ${host}`, "Connection: close"];
  expect(await latchkey.bytes(`GET /auth/me/ HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 40[01] /);
});

test("SQL in a header that is stored is stored as text", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const headers = { "user-agent": "x'); DROP TABLE sessions;--" };
  const { body } = await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: user.password }, headers });
  expect((await latchkey.api("GET", "/auth/me/", { token: body.token, headers })).status).toBe(200);
});
