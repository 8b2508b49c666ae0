import { expect, invalid, PASSWORD, refusal, refused, test } from "../fixtures.ts";

const ADDRESS = "/auth/change-password/";
const NEXT = "Another horse 8 battery";

test("a new password replaces the old one, ends the other sessions and renews this one's token", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const [token, other] = [await latchkey.signIn(user), await latchkey.signIn(user)];
  const before = (await latchkey.kept(user)).user?.password_hash;
  const { status, body } = await latchkey.api("POST", ADDRESS, { token, json: { current_password: PASSWORD, new_password: NEXT } });
  expect(status).toBe(200);
  expect(body).toMatchObject({ token: expect.stringMatching(/^lk_[0-9A-Za-z]{56}$/), sessions_ended: 1 });
  for (const dead of [token, other])
    expect(refusal(await latchkey.api("GET", "/auth/me/", { token: dead }))).toEqual(refused(401, "invalid_token"));
  expect((await latchkey.api("GET", "/auth/me/", { token: body.token })).body.id).toBe(user.id);
  const old = await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: PASSWORD }, from: latchkey.elsewhere() });
  expect(refusal(old)).toEqual(refused(401, "invalid_credentials"));
  await latchkey.signIn({ email: user.email, password: NEXT });
  expect((await latchkey.kept(user)).user?.password_hash).not.toBe(before);
});

for (const [name, json, expected] of [
  [
    "a wrong current password",
    { current_password: NEXT, new_password: NEXT },
    { status: 403, code: "wrong_password", errors: { "#/current_password": "wrong" } },
  ],
  ["no current password", { new_password: NEXT }, invalid("current_password", "required")],
  ["no new password", { current_password: PASSWORD }, invalid("new_password", "required")],
  [
    "a new password against the rules",
    { current_password: PASSWORD, new_password: "nouppercase1" },
    invalid("new_password", "no_uppercase"),
  ],
  ["a new password that attackers try first", { current_password: PASSWORD, new_password: "Password1" }, invalid("new_password", "common")],
] as const) {
  test(`a change with ${name} is refused, and password and sessions stay`, async ({ latchkey }) => {
    const user = await latchkey.newUser();
    const token = await latchkey.signIn(user);
    const before = await latchkey.kept(user);
    expect(refusal(await latchkey.api("POST", ADDRESS, { token, json }))).toEqual(expected);
    expect(await latchkey.kept(user)).toMatchObject({ user: before.user, sessions: before.sessions });
    await latchkey.signIn(user);
  });
}

test("nobody changes a password without a token", async ({ latchkey }) => {
  const json = { current_password: PASSWORD, new_password: NEXT };
  expect(refusal(await latchkey.api("POST", ADDRESS, { json }))).toEqual(refused(401, "authentication_required"));
});
