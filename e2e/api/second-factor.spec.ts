import { codeOf } from "#accounts/factors/testing.ts";
import { expect, invalid, type Latchkey, type NewUser, PASSWORD, refusal, refused, test } from "../fixtures.ts";

const FINISH = "/auth/login/second-factor/";

/** A user with an authenticator app, whose present code wasn't used yet. */
async function withApp(latchkey: Latchkey) {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const { body: setup } = await latchkey.api("POST", "/auth/totp/", { token });
  const confirmed = await latchkey.api("POST", "/auth/totp/confirm/", { token, json: { code: codeOf(setup.secret, -1) } });
  expect(confirmed.status, confirmed.text).toBe(200);
  return { user, token, setup, confirmed: confirmed.body, codes: confirmed.body.codes as string[] };
}

const logIn = (latchkey: Latchkey, { email }: Pick<NewUser, "email">, password = PASSWORD) =>
  latchkey.api("POST", "/auth/login/", { json: { email, password } });

test("an authenticator app is set up with its first code, and a log-in then needs a second step", async ({ latchkey }) => {
  const { user, token, setup, confirmed, codes } = await withApp(latchkey);
  expect(Object.keys(setup)).toEqual(["secret", "uri", "qr"]);
  expect(setup.secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(setup.uri).toContain(`secret=${setup.secret}`);
  expect(setup.qr).toMatch(/^<svg /);
  expect(Object.keys(confirmed).toSorted()).toEqual(["codes", "message", "sessions_ended"]);
  expect(new Set(codes).size).toBe(10);
  const factors = { totp: true, passkeys: [], recovery_codes_left: 10 };
  expect((await latchkey.api("GET", "/auth/factors/", { token })).body).toEqual(factors);
  expect((await latchkey.api("GET", "/auth/me/", { token })).body.factors).toEqual({ ...factors, passkeys: 0 });

  const asked = await logIn(latchkey, user);
  expect(refusal(asked)).toEqual(refused(401, "second_factor_required"));
  expect(asked.headers["www-authenticate"]).toBe('Bearer realm="latchkey"');
  const { challenge, expires_at, factors: ways, token: none } = asked.body;
  expect([none, ways]).toEqual([undefined, ["totp", "recovery_code"]]);
  expect(challenge).toMatch(/^lkf_[0-9A-Za-z]{43}$/);
  expect(Math.abs(Date.parse(expires_at) - Date.now() - 5 * 60_000)).toBeLessThan(60_000);
  expect((await latchkey.kept(user)).sessions, "only the one that set it up").toHaveLength(1);
  expect(refusal(await latchkey.api("GET", "/auth/me/", { token: challenge }))).toEqual(refused(401, "invalid_token"));

  const code = codeOf(setup.secret);
  const finished = await latchkey.api("POST", FINISH, { json: { challenge, code: `${code.slice(0, 3)} ${code.slice(3)}` } });
  expect(Object.keys(finished.body).sort()).toEqual(["expires_at", "session", "token", "token_type", "user"]);
  expect((await latchkey.api("GET", "/auth/me/", { token: finished.body.token })).body.id).toBe(user.id);
  expect(refusal(await latchkey.api("POST", FINISH, { json: { challenge, code } }))).toEqual(refused(401, "invalid_challenge"));
  const written = await latchkey.written();
  for (const secret of [challenge, setup.secret, ...codes]) expect(written.includes(secret), secret).toBe(false);
});

test("a recovery code finishes a log-in once, and new ones end those before", async ({ latchkey }) => {
  const { user, codes } = await withApp(latchkey);
  const [first = "", second = ""] = codes;
  const use = async (recovery_code: string) =>
    latchkey.api("POST", FINISH, { json: { challenge: (await logIn(latchkey, user)).body.challenge, recovery_code } });
  const { body } = await use(first.toLowerCase().replaceAll("-", ""));
  expect(body.user.factors).toMatchObject({ totp: true });
  expect(refusal(await use(first))).toEqual(refused(401, "invalid_code"));
  const { body: replaced } = await latchkey.api("POST", "/auth/recovery-codes/", { token: body.token });
  expect(Object.keys(replaced)).toEqual(["codes"]);
  expect(refusal(await use(second))).toEqual(refused(401, "invalid_code"));
  expect((await use(replaced.codes[0])).status).toBe(200);
});

test("removing the app ends the other sessions, and the password is enough again", async ({ latchkey }) => {
  const { user, token } = await withApp(latchkey);
  const wrong = await latchkey.api("DELETE", "/auth/totp/", { token, json: { current_password: "Wrong horse 7 battery" } });
  expect(refusal(wrong)).toEqual({ status: 403, code: "wrong_password", errors: { "#/current_password": "wrong" } });
  const removed = await latchkey.api("DELETE", "/auth/totp/", { token });
  expect([removed.status, removed.body.sessions_ended]).toEqual([200, 0]);
  expect(refusal(await latchkey.api("DELETE", "/auth/totp/", { token }))).toEqual(refused(404, "not_found"));
  expect((await logIn(latchkey, user)).status).toBe(200);
  expect(await latchkey.mailsTo(user.email)).toEqual(expect.arrayContaining(["totp_added", "totp_removed"]));
});

test("what isn't a second factor is refused by field, and counts as no guess", async ({ latchkey }) => {
  const { user, token, setup } = await withApp(latchkey);
  const { challenge } = (await logIn(latchkey, user)).body;
  for (const [json, field, code] of [
    [{ challenge }, "code", "required"],
    [{ code: "123456" }, "challenge", "required"],
    [{ challenge, code: "12345" }, "code", "invalid_format"],
    [{ challenge, code: 123456 }, "code", "wrong_type"],
    [{ challenge, recovery_code: "0000" }, "recovery_code", "invalid_format"],
    [{ challenge, code: "123456", recovery_code: "0000-0000-0000-0000" }, "recovery_code", "invalid"],
    [{ challenge, code: "123456", trust_browser: true }, "trust_browser", "unknown_field"],
  ] as const) {
    expect(refusal(await latchkey.api("POST", FINISH, { json }))).toEqual(invalid(field, code));
  }
  expect(refusal(await latchkey.api("POST", "/auth/totp/", { token }))).toEqual(refused(409, "already_set_up"));
  expect(refusal(await latchkey.api("POST", "/auth/totp/"))).toEqual(refused(401, "authentication_required"));
  expect((await latchkey.api("POST", FINISH, { json: { challenge, code: codeOf(setup.secret) } })).status).toBe(200);
});

test("an operator removes the factors of somebody who has lost them", async ({ latchkey }) => {
  const { user, token } = await withApp(latchkey);
  latchkey.operator("user", "reset-factors", String(user.id));
  expect(refusal(await latchkey.api("GET", "/auth/me/", { token }))).toEqual(refused(401, "invalid_token"));
  expect((await logIn(latchkey, user)).body.user.factors).toEqual({ totp: false, passkeys: 0, recovery_codes_left: 0 });
  expect(await latchkey.mailsTo(user.email)).toContain("factors_reset");
});
