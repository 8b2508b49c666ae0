import { expect, invalid, type Latchkey, refusal, refused, test } from "../fixtures.ts";
import type { Ask } from "../request.ts";

const ADDRESS = "/auth/introspect/";
const DEAD = { active: false };
const INVALID = 'Bearer realm="latchkey", error="invalid_token"';

type Key = { key: string; service_key: { id: number } };
const newKey = (latchkey: Latchkey, may: string): Key =>
  JSON.parse(latchkey.operator("service-key", "create", "--name", "shop", "--may", may, "--json"));
const basic = (name: string | number, secret: string) => ({ authorization: `Basic ${btoa(`${name}:${secret}`)}` });

test("a service finds out whose token it was given, by JSON and by form, with Bearer and with Basic", async ({ latchkey }) => {
  const { key, service_key } = newKey(latchkey, "introspect");
  const user = await latchkey.newUser();
  const { body: login } = await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: user.password } });
  const token: string = login.token;
  const escaped = (text: string) => [...text].map((one) => `%${one.charCodeAt(0).toString(16)}`).join("");
  const asks: Ask[] = [
    { token: key, json: { token } },
    { token: key, form: { token, token_type_hint: "access_token" } },
    { headers: { authorization: `Token ${key}` }, json: { token } },
    { headers: basic(service_key.id, key), form: { token } },
    { headers: basic(escaped(String(service_key.id)), escaped(key)), form: { token } }, // as OAuth clients do
  ];
  for (const ask of asks) {
    const { status, body } = await latchkey.api("POST", ADDRESS, ask);
    expect([status, body]).toEqual([
      200,
      {
        active: true,
        sub: String(user.id),
        username: user.username,
        exp: expect.any(Number),
        iat: Math.floor(Date.parse(login.session.created_at) / 1_000),
        auth_time: expect.any(Number),
        amr: ["pwd"],
        sid: String(login.session.id),
        token_type: "Bearer",
      },
    ]);
  }
  await latchkey.api("POST", "/auth/logout/", { token });
  for (const dead of [token, "x", `lk_${"0".repeat(56)}`, key]) {
    expect((await latchkey.api("POST", ADDRESS, { token: key, json: { token: dead } })).body).toEqual(DEAD);
  }
});

test("nobody asks without a live service key", async ({ latchkey }) => {
  const { key, service_key } = newKey(latchkey, "introspect");
  const other = newKey(latchkey, "introspect");
  const token = await latchkey.signIn(await latchkey.newUser());
  const ended = newKey(latchkey, "introspect");
  latchkey.operator("service-key", "revoke", String(ended.service_key.id));
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  for (const [name, headers, code] of [
    ["no key", {}, "authentication_required"],
    ["an empty one", bearer(""), "authentication_required"],
    ["another scheme", { authorization: `Digest ${key}` }, "authentication_required"],
    ["the user's token", bearer(token), "invalid_token"],
    ["a key that ended", bearer(ended.key), "invalid_token"],
    ["a changed key", bearer(`${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}`), "invalid_token"],
    ["Basic with another key's id", basic(other.service_key.id, key), "invalid_token"],
    ["Basic without an id", basic("", key), "invalid_token"],
    ["Basic without a key", basic(service_key.id, ""), "invalid_token"],
    ["Basic with the user's token", basic(service_key.id, token), "invalid_token"],
    ["Basic with a broken escape", basic("%", "%zz"), "invalid_token"],
  ] as const) {
    const answer = await latchkey.api("POST", ADDRESS, { headers, json: { token } });
    expect(refusal(answer), name).toEqual(refused(401, code));
    expect(answer.headers["www-authenticate"], name).toBe(INVALID);
  }
});

test("a key without the right, and a request without a token, are refused", async ({ latchkey }) => {
  const { key } = newKey(latchkey, "read_users,read_emails,manage_users,read_events");
  const asker = newKey(latchkey, "introspect");
  const token = await latchkey.signIn(await latchkey.newUser());
  expect(refusal(await latchkey.api("POST", ADDRESS, { token: key, json: { token } }))).toEqual(refused(403, "not_permitted"));
  for (const [json, field, code] of [
    [{}, "token", "required"],
    [{ token: "" }, "token", "required"],
    [{ token: 7 }, "token", "wrong_type"],
    [{ token: "x".repeat(5_000) }, "token", "too_long"],
    [{ token, sub: "1" }, "sub", "unknown_field"],
  ] as const) {
    expect(refusal(await latchkey.api("POST", ADDRESS, { token: asker.key, json }))).toEqual(invalid(field, code));
  }
});

test("a service key opens nothing that needs a user's token", async ({ latchkey }) => {
  const { key } = newKey(latchkey, "introspect,read_users,read_emails,manage_users,read_events");
  for (const [method, path] of [
    ["GET", "/auth/me/"],
    ["GET", "/auth/verify/"],
    ["GET", "/auth/sessions/"],
    ["POST", "/auth/logout-all/"],
  ] as const) {
    expect(refusal(await latchkey.api(method, path, { token: key })), path).toEqual(refused(401, "invalid_token"));
  }
});

test("RFC 7009: a token ends by itself or by a service that may, and the answer is the same for one that is none", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const [manager, asker] = [newKey(latchkey, "manage_users"), newKey(latchkey, "introspect")];
  const [first, second, third] = [await latchkey.signIn(user), await latchkey.signIn(user), await latchkey.signIn(user)];
  const isLive = async (token: string) => (await latchkey.api("GET", "/auth/me/", { token })).status === 200;
  const revoke = (token: string, ask = {}) =>
    latchkey.api("POST", "/auth/revoke/", { form: { token, token_type_hint: "access_token" }, ...ask });

  expect(refusal(await revoke(first, { token: asker.key }))).toEqual(refused(403, "not_permitted"));
  expect(refusal(await revoke(first, { headers: { authorization: "Bearer x" } }))).toEqual(refused(401, "invalid_token"));
  expect(refusal(await latchkey.api("POST", "/auth/revoke/", { json: {} }))).toEqual(invalid("token", "required"));
  expect(await isLive(first)).toBe(true);
  const answers = [
    await revoke(first),
    await revoke(second, { headers: basic(manager.service_key.id, manager.key) }),
    await revoke(third, { token: third }),
    await revoke(first),
    await revoke(first, { token: first }),
    await revoke("unknown"),
    await revoke(asker.key),
  ];
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(answers[0]?.status).toBe(200);
  for (const token of [first, second, third]) expect(await isLive(token)).toBe(false);
  expect((await latchkey.kept(user)).events.filter((type) => type === "session.revoked")).toHaveLength(3);
});

test("forward authentication says who is asking in headers, or refuses", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const { body } = await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: user.password } });
  const headers = { "x-latchkey-user-id": "1", "x-latchkey-username": "root", "x-latchkey-session-id": "1" };
  const answer = await latchkey.api("GET", "/auth/verify/", { token: body.token, headers });
  expect([answer.status, answer.text]).toEqual([204, ""]);
  const { "x-latchkey-user-id": id, "x-latchkey-username": name, "x-latchkey-session-id": session } = answer.headers;
  expect([id, name, session]).toEqual([String(user.id), user.username, String(body.session.id)]);
  const nobody = await latchkey.api("GET", "/auth/verify/", { headers });
  expect(refusal(nobody)).toEqual(refused(401, "authentication_required"));
  expect(Object.keys(nobody.headers).filter((one) => one.startsWith("x-latchkey"))).toEqual([]);
});
