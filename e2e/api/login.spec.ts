import { expect, invalid, PASSWORD, refusal, refused, test, unique } from "../fixtures.ts";

const ADDRESS = "/auth/login/";
const DAY_MS = 24 * 60 * 60 * 1_000;

test("the right password opens a session with a token, which is shown only once", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const from = latchkey.elsewhere();
  const { status, body } = await latchkey.api("POST", ADDRESS, {
    from,
    json: { email: user.email, password: user.password, device_name: "Build server" },
    headers: { "user-agent": "curl/8.5.0" },
  });
  expect(status).toBe(200);
  expect(Object.keys(body).sort()).toEqual(["expires_at", "session", "token", "token_type", "user"]);
  expect(body.token).toMatch(/^lk_[0-9A-Za-z]{56}$/);
  expect(body.token_type).toBe("Bearer");
  expect(body.expires_at).toBe(body.session.expires_at);
  expect(body.session).toMatchObject({ current: true, device_name: "Build server", ip: from });
  expect(body.user).toMatchObject({ id: user.id, email: user.email });
  const opened = Date.parse(body.session.created_at);
  expect(Date.parse(body.session.expires_at) - opened, "14 days without use").toBe(14 * DAY_MS);
  expect(Date.parse(body.session.ends_at_latest) - opened, "30 days at the latest").toBe(30 * DAY_MS);
  const { sessions, events } = await latchkey.kept(user);
  expect(sessions.map(({ id }) => id)).toEqual([body.session.id]);
  expect(events).toEqual(["user.registered", "session.opened"]);
});

test("a wrong password and an unknown email address get the very same answer, and open nothing", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const headers = { "x-request-id": "same" };
  const ask = (email: string) => latchkey.api("POST", ADDRESS, { json: { email, password: "Wrong horse 7 battery" }, headers });
  const [wrong, unknown] = [await ask(user.email), await ask(`${unique()}@example.org`)];
  expect(refusal(wrong)).toEqual(refused(401, "invalid_credentials"));
  expect(unknown.text).toBe(wrong.text);
  expect(Object.keys(unknown.headers)).toEqual(Object.keys(wrong.headers));
  expect(await latchkey.kept(user)).toMatchObject({ sessions: [], events: ["user.registered", "login.failed"] });
});

test("an inactive user learns of it only with the right password", async ({ latchkey }) => {
  const user = await latchkey.newUser({ account_status: "inactive" });
  const ask = (password: string) => latchkey.api("POST", ADDRESS, { json: { email: user.email, password } });
  expect(refusal(await ask("Wrong horse 7 battery"))).toEqual(refused(401, "invalid_credentials"));
  expect(refusal(await ask(PASSWORD))).toEqual(refused(403, "account_inactive"));
  expect((await latchkey.kept(user)).sessions).toEqual([]);
});

for (const [name, fields, field, code] of [
  ["no email address", { email: undefined }, "email", "required"],
  ["an empty email address", { email: "  " }, "email", "required"],
  ["no password", { password: undefined }, "password", "required"],
  ["a password that is no text", { password: 7 }, "password", "wrong_type"],
  ["an endless password", { password: "x".repeat(1_025) }, "password", "too_long"],
  ["a device name of 61 characters", { device_name: "x".repeat(61) }, "device_name", "too_long"],
  ["a device name of two lines", { device_name: "a\nb" }, "device_name", "invalid_characters"],
  ["a device name with a control character", { device_name: "a\u0007b" }, "device_name", "invalid_characters"],
  ["a field that it does not have", { remember: true }, "remember", "unknown_field"],
] as const) {
  test(`a log-in with ${name} is refused and opens nothing`, async ({ latchkey }) => {
    const user = await latchkey.newUser();
    const json = { email: user.email, password: user.password, ...fields };
    expect(refusal(await latchkey.api("POST", ADDRESS, { json }))).toEqual(invalid(field, code));
    expect(await latchkey.kept(user)).toMatchObject({ sessions: [], events: ["user.registered"] });
  });
}

test("the password policy doesn't apply to log-ins: a password that it forbids is merely wrong", async ({ latchkey }) => {
  const { email } = await latchkey.newUser();
  expect(refusal(await latchkey.api("POST", ADDRESS, { json: { email, password: "a" } }))).toEqual(refused(401, "invalid_credentials"));
});

test("a device name of 60 characters is kept, without surrounding blanks", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const device_name = "🙂".repeat(60);
  const { body } = await latchkey.api("POST", ADDRESS, {
    json: { email: user.email, password: user.password, device_name: ` ${device_name} ` },
  });
  expect(body.session.device_name).toBe(device_name);
});

test("logging in twice opens two sessions, each with a token of its own", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const tokens = [await latchkey.signIn(user), await latchkey.signIn(user)];
  expect(new Set(tokens).size).toBe(2);
  for (const token of tokens) expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(200);
  expect((await latchkey.kept(user)).sessions).toHaveLength(2);
});

test("tokens have one length and alphabet, hold neither time nor user, and their sessions cannot be counted", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const answers = await Promise.all(
    Array.from({ length: 12 }, () =>
      latchkey.api("POST", ADDRESS, { json: { email: user.email, password: user.password }, from: latchkey.elsewhere() }),
    ),
  );
  const tokens = answers.map(({ body }) => body.token as string);
  expect(new Set(tokens).size).toBe(tokens.length);
  for (const token of tokens) expect(token).toMatch(/^lk_[0-9A-Za-z]{56}$/);
  for (let position = 3; position < 59; position++) {
    expect(new Set(tokens.map((token) => token[position])).size, `character ${position} varies`).toBeGreaterThan(2);
  }
  const ids = answers.map(({ body }) => body.session.id as number).sort((a, b) => a - b);
  expect(Math.min(...ids.slice(1).map((id, i) => id - (ids[i] ?? 0)))).toBeGreaterThan(1_000);
});

test("a token is nowhere in what the server writes; its hash is, and is no token", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  await latchkey.api("GET", `/auth/me/?access_token=${token}`, { token });
  await latchkey.api("GET", "/auth/me/", { token: `${token}x` });
  const written = await latchkey.written();
  expect(written.includes(token)).toBe(false);
  expect(written.includes(token.slice(11, 54)), "nor its secret part").toBe(false);
  const [session] = (await latchkey.kept(user)).sessions;
  const hash = session?.token_hash as Buffer;
  expect(hash).toHaveLength(32);
  for (const text of [hash.toString("hex"), hash.toString("base64"), hash.toString("base64url"), String(session?.id)]) {
    expect(refusal(await latchkey.api("GET", "/auth/me/", { token: text }))).toEqual(refused(401, "invalid_token"));
  }
});

test("a token works in the Authorization header only, not in the address, the body or a cookie", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  for (const [path, ask] of [
    [`/auth/me/?access_token=${token}`, {}],
    [`/auth/me/?token=${token}`, {}],
    ["/auth/me/", { headers: { cookie: `__Host-session=${token}` } }],
    ["/auth/me/", { headers: { "x-auth-token": token } }],
  ] as const) {
    expect(refusal(await latchkey.api("GET", path, ask))).toEqual(refused(401, "authentication_required"));
  }
  const inBody = await latchkey.api("POST", "/auth/logout/", { form: { access_token: token } });
  expect(refusal(inBody)).toEqual(refused(401, "authentication_required"));
  expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(200);
});

test("a session cookie or token doesn't affect a log-in", async ({ latchkey }) => {
  const [attacker, victim] = [await latchkey.newUser(), await latchkey.newUser()];
  const planted = await latchkey.signIn(attacker);
  const { body } = await latchkey.api("POST", ADDRESS, {
    json: { email: victim.email, password: victim.password },
    headers: { cookie: `__Host-session=${planted}` },
    token: planted,
  });
  expect(body.token).not.toBe(planted);
  expect((await latchkey.api("GET", "/auth/me/", { token: planted })).body.id).toBe(attacker.id);
  expect((await latchkey.api("GET", "/auth/me/", { token: body.token })).body.id).toBe(victim.id);
});

test("a client can't forge its address", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const from = latchkey.elsewhere();
  const headers = {
    "x-forwarded-for": "203.0.113.9",
    "x-real-ip": "203.0.113.9",
    forwarded: "for=203.0.113.9",
    "x-latchkey-client-address": "203.0.113.9",
    "x-forwarded-host": "evil.example",
    host: "evil.example",
  };
  const { status, body } = await latchkey.api("POST", ADDRESS, { json: { email: user.email, password: user.password }, headers, from });
  expect(status).toBe(200);
  expect(body.session.ip).toBe(from);
});
