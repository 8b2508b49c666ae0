import { expect, invalid, refusal, refused, test } from "../fixtures.ts";

const ADDRESS = "/auth/logout-all/";

test("logging out everywhere ends all of the user's sessions, including this one, and nobody else's", async ({ latchkey }) => {
  const [user, other] = [await latchkey.newUser(), await latchkey.newUser()];
  const tokens = [await latchkey.signIn(user), await latchkey.signIn(user), await latchkey.signIn(user)];
  const others = await latchkey.signIn(other);
  const { status, body } = await latchkey.api("POST", ADDRESS, { token: tokens[1] });
  expect(status).toBe(200);
  expect(body).toEqual({ message: expect.any(String), sessions_ended: 3 });
  for (const token of tokens) {
    expect(refusal(await latchkey.api("GET", "/auth/me/", { token }))).toEqual(refused(401, "invalid_token"));
  }
  expect((await latchkey.api("GET", "/auth/me/", { token: others })).status).toBe(200);
  expect(await latchkey.kept(user)).toMatchObject({ sessions: [] });
  const token = await latchkey.signIn(user);
  expect((await latchkey.api("GET", "/auth/me/", { token })).status, "a new log-in works").toBe(200);
});

test("a log-in under way during a log-out everywhere ends with it or comes after it", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const json = { email: user.email, password: user.password };
  const answers = await latchkey.together([
    ...Array.from({ length: 6 }, () => ["POST", "/auth/login/", { json }] as ["POST", string, object]),
    ["POST", ADDRESS, { token, json: {} }],
  ]);
  expect(answers.at(-1)?.status).toBe(200);
  const alive = (await latchkey.kept(user)).sessions.map(({ id }) => id);
  for (const { status, body } of answers.slice(0, -1)) {
    expect(status).toBe(200);
    const me = await latchkey.api("GET", "/auth/me/", { token: body.token });
    expect(me.status).toBe(alive.includes(body.session.id) ? 200 : 401);
  }
});

test("a dead token cannot log out everywhere", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const [dead, live] = [await latchkey.signIn(user), await latchkey.signIn(user)];
  await latchkey.api("POST", "/auth/logout/", { token: dead });
  expect(refusal(await latchkey.api("POST", ADDRESS, { token: dead }))).toEqual(refused(401, "invalid_token"));
  expect(refusal(await latchkey.api("POST", ADDRESS))).toEqual(refused(401, "authentication_required"));
  expect((await latchkey.api("GET", "/auth/me/", { token: live })).status).toBe(200);
});

test("a field that it does not have is refused, and nothing ends", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  expect(refusal(await latchkey.api("POST", ADDRESS, { token, json: { except: "this" } }))).toEqual(invalid("except", "unknown_field"));
  expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(200);
});
