import { expect, invalid, refusal, refused, test } from "../fixtures.ts";

const ADDRESS = "/auth/logout/";

test("logging out ends exactly this session, from the next request on", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const [first, second, third] = [await latchkey.signIn(user), await latchkey.signIn(user), await latchkey.signIn(user)];
  const me = (token: string) => latchkey.api("GET", "/auth/me/", { token });
  for (const token of [first, second, third]) expect((await me(token)).status).toBe(200);
  const { status, body } = await latchkey.api("POST", ADDRESS, { token: second });
  expect(status).toBe(200);
  expect(body).toEqual({ message: expect.any(String), sessions_ended: 1 });
  const dead = await me(second);
  expect(refusal(dead)).toEqual(refused(401, "invalid_token"));
  expect(dead.headers["www-authenticate"]).toBe('Bearer realm="latchkey", error="invalid_token"');
  for (const token of [first, third]) expect((await me(token)).status).toBe(200);
  expect((await latchkey.kept(user)).events.slice(-1)).toEqual(["session.revoked"]);
});

test("no request that begins after the answer to a log-out is accepted, however many are under way", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const storm: Promise<{ begunAfter: boolean; status: number }>[] = [];
  let answered = false;
  const ask = async () => {
    const begunAfter = answered;
    return { begunAfter, status: (await latchkey.api("GET", "/auth/me/", { token })).status };
  };
  for (let i = 0; i < 10; i++) storm.push(ask());
  const logout = latchkey.api("POST", ADDRESS, { token }).then(({ status }) => {
    answered = true;
    return status;
  });
  for (let i = 0; i < 10; i++) storm.push(ask());
  expect(await logout).toBe(200);
  for (let i = 0; i < 10; i++) storm.push(ask());
  const answers = await Promise.all(storm);
  expect(answers.filter(({ begunAfter }) => begunAfter).map(({ status }) => status)).toEqual(Array(10).fill(401));
});

test("a dead token cannot log out again, and nothing more is recorded", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  await latchkey.api("POST", ADDRESS, { token });
  const before = await latchkey.kept(user);
  expect(refusal(await latchkey.api("POST", ADDRESS, { token }))).toEqual(refused(401, "invalid_token"));
  expect(await latchkey.kept(user)).toEqual(before);
});

test("of two simultaneous log-outs of one session one ends it, and the other gets 401", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const answers = await latchkey.together([
    ["POST", ADDRESS, { token, json: {} }],
    ["POST", ADDRESS, { token, json: {} }],
  ]);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  for (const answer of answers.filter(({ status }) => status !== 200)) expect(refusal(answer)).toEqual(refused(401, "invalid_token"));
  expect((await latchkey.kept(user)).events.filter((type) => type === "session.revoked")).toHaveLength(1);
});

test("with all=true every session of the user ends, and nobody else's", async ({ latchkey }) => {
  const [user, other] = [await latchkey.newUser(), await latchkey.newUser()];
  const tokens = [await latchkey.signIn(user), await latchkey.signIn(user), await latchkey.signIn(user)];
  const others = await latchkey.signIn(other);
  const { body } = await latchkey.api("POST", ADDRESS, { token: tokens[0], json: { all: true } });
  expect(body.sessions_ended).toBe(3);
  for (const token of tokens) expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(401);
  expect((await latchkey.api("GET", "/auth/me/", { token: others })).status).toBe(200);
});

for (const [name, ask] of [
  ["all=false", { json: { all: false } }],
  ["an empty object", { json: {} }],
  ["no body", {}],
  ["a form that says all=false", { form: { all: "false" } }],
] as const) {
  test(`logging out with ${name} ends this session only`, async ({ latchkey }) => {
    const user = await latchkey.newUser();
    const [token, other] = [await latchkey.signIn(user), await latchkey.signIn(user)];
    expect((await latchkey.api("POST", ADDRESS, { token, ...ask })).body.sessions_ended).toBe(1);
    expect((await latchkey.api("GET", "/auth/me/", { token: other })).status).toBe(200);
  });
}

for (const [name, json, field, code] of [
  ["all in words", { all: "yes" }, "all", "wrong_type"],
  ["all as a number", { all: 1 }, "all", "wrong_type"],
  ["a field that it does not have", { everywhere: true }, "everywhere", "unknown_field"],
] as const) {
  test(`a log-out with ${name} is refused and ends nothing`, async ({ latchkey }) => {
    const user = await latchkey.newUser();
    const token = await latchkey.signIn(user);
    expect(refusal(await latchkey.api("POST", ADDRESS, { token, json }))).toEqual(invalid(field, code));
    expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(200);
  });
}

test("nobody logs out without a token", async ({ latchkey }) => {
  expect(refusal(await latchkey.api("POST", ADDRESS, { json: { all: true } }))).toEqual(refused(401, "authentication_required"));
});
