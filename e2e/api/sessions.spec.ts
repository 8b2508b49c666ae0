import { expect, invalid, type Latchkey, refusal, refused, test } from "../fixtures.ts";

const ADDRESS = "/auth/sessions/";

/** A user with sessions of these names, in the order in which they were opened. */
async function withSessions(latchkey: Latchkey, ...names: string[]) {
  const user = await latchkey.newUser();
  const opened = [];
  for (const device_name of names) {
    const token = await latchkey.signIn(user, { device_name });
    opened.push({ token, id: (await latchkey.api("GET", "/auth/me/", { token })).body.session.id as number });
  }
  const [first, second, third] = opened as [(typeof opened)[0], (typeof opened)[0], (typeof opened)[0]];
  return { user, first, second, third };
}

const alive = async (latchkey: Latchkey, token: string) => (await latchkey.api("GET", "/auth/me/", { token })).status === 200;

test("a user lists their own live sessions, with the current one marked, and nobody else's", async ({ latchkey }) => {
  const { first, second } = await withSessions(latchkey, "Laptop", "Phone");
  await withSessions(latchkey, "Stranger");
  const { status, body } = await latchkey.api("GET", ADDRESS, { token: first.token });
  expect(status).toBe(200);
  const seen = body.sessions.map(({ id, current, device_name }: Record<string, unknown>) => ({ id, current, device_name }));
  expect(seen).toHaveLength(2);
  expect(seen).toContainEqual({ id: first.id, current: true, device_name: "Laptop" });
  expect(seen).toContainEqual({ id: second.id, current: false, device_name: "Phone" });
  expect(JSON.stringify(body), "no token, no hash").not.toMatch(/lk_|hash/);
});

test("ending a session ends exactly that one, immediately", async ({ latchkey }) => {
  const { first, second, third } = await withSessions(latchkey, "a", "b", "c");
  const answer = await latchkey.api("DELETE", `${ADDRESS}${second.id}/`, { token: first.token });
  expect([answer.status, answer.text]).toEqual([204, ""]);
  expect([await alive(latchkey, first.token), await alive(latchkey, second.token), await alive(latchkey, third.token)]).toEqual([
    true,
    false,
    true,
  ]);
  const again = await latchkey.api("DELETE", `${ADDRESS}${second.id}/`, { token: first.token });
  expect(refusal(again)).toEqual(refused(404, "not_found"));
});

test("ending all others keeps this one", async ({ latchkey }) => {
  const { first, second, third } = await withSessions(latchkey, "a", "b", "c");
  const { status, body } = await latchkey.api("DELETE", ADDRESS, { token: second.token });
  expect([status, body]).toEqual([200, { sessions_ended: 2 }]);
  expect([await alive(latchkey, first.token), await alive(latchkey, second.token), await alive(latchkey, third.token)]).toEqual([
    false,
    true,
    false,
  ]);
});

test("a session can be named, and an empty name removes the name", async ({ latchkey }) => {
  const { first, second } = await withSessions(latchkey, "a", "b");
  const rename = (device_name: string) => latchkey.api("PATCH", `${ADDRESS}${second.id}/`, { token: first.token, json: { device_name } });
  expect((await rename("Küche 🍳")).body.session).toMatchObject({ id: second.id, device_name: "Küche 🍳", current: false });
  expect((await rename("")).body.session.device_name).toBeNull();
  for (const [name, code] of [
    ["x".repeat(61), "too_long"],
    ["a\nb", "invalid_characters"],
    ["a\u202eb", "invalid_characters"],
  ] as const) {
    expect(refusal(await rename(name))).toEqual(invalid("device_name", code));
  }
  expect(refusal(await latchkey.api("PATCH", `${ADDRESS}${second.id}/`, { token: first.token, json: {} }))).toEqual(
    invalid("device_name", "required"),
  );
});

test("log-in, token check and list agree about a session", async ({ latchkey }) => {
  const { email, password } = await latchkey.newUser();
  const login = (await latchkey.api("POST", "/auth/login/", { json: { email, password } })).body;
  const me = (await latchkey.api("GET", "/auth/me/", { token: login.token })).body;
  const list = (await latchkey.api("GET", ADDRESS, { token: login.token })).body;
  expect(login.expires_at).toBe(login.session.expires_at);
  expect(me.session).toEqual(login.session);
  expect(list.sessions).toEqual([login.session]);
});

test("a session shows the address that it was last used from, immediately and in every answer", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const [home, away] = [latchkey.elsewhere(), latchkey.elsewhere()];
  const login = (await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: user.password }, from: home })).body;
  const other = await latchkey.signIn(user);
  expect(login.session.ip).toBe(home);
  const me = (await latchkey.api("GET", "/auth/me/", { token: login.token, from: away })).body;
  expect(me.session.ip).toBe(away);
  const seen = (await latchkey.api("GET", ADDRESS, { token: other })).body.sessions.find(
    ({ id }: { id: number }) => id === login.session.id,
  );
  expect(seen).toEqual({ ...me.session, current: false });
});

test("a session that does not exist is named in the refusal", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  for (const [method, json] of [
    ["DELETE", undefined],
    ["PATCH", { device_name: "x" }],
  ] as const) {
    expect((await latchkey.api(method, `${ADDRESS}7/`, { token, json })).body.detail).toMatch(/no session with this id/);
  }
});

test("nobody ends or names a session of somebody else, and unknown ids get the same answer", async ({ latchkey }) => {
  const { first: mine } = await withSessions(latchkey, "mine");
  const { user, first: theirs } = await withSessions(latchkey, "theirs");
  const before = await latchkey.kept(user);
  const headers = { "x-request-id": "same" };
  for (const [method, json] of [
    ["DELETE", undefined],
    ["PATCH", { device_name: "taken over" }],
  ] as const) {
    const answer = await latchkey.api(method, `${ADDRESS}${theirs.id}/`, { token: mine.token, headers, json });
    expect(refusal(answer)).toEqual(refused(404, "not_found"));
    for (const id of [
      theirs.id + 1,
      theirs.id - 1,
      1,
      0,
      "9007199254740993",
      "me",
      mine.token,
      `0${mine.id}`,
      `${mine.id}%20`,
      "1%20OR%201=1",
    ]) {
      const other = await latchkey.api(method, `${ADDRESS}${id}/`, { token: mine.token, headers, json });
      expect(other.text, String(id)).toBe(answer.text);
    }
  }
  expect(await latchkey.kept(user)).toEqual(before);
  expect(await alive(latchkey, mine.token)).toBe(true);
});

test("without a live token no session is shown, named or ended", async ({ latchkey }) => {
  const { user, first } = await withSessions(latchkey, "a");
  const before = await latchkey.kept(user);
  for (const [method, path] of [
    ["GET", ADDRESS],
    ["DELETE", ADDRESS],
    ["DELETE", `${ADDRESS}${first.id}/`],
    ["PATCH", `${ADDRESS}${first.id}/`],
  ] as const) {
    expect(refusal(await latchkey.api(method, path))).toEqual(refused(401, "authentication_required"));
    expect(refusal(await latchkey.api(method, path, { token: String(first.id) }))).toEqual(refused(401, "invalid_token"));
  }
  expect(await latchkey.kept(user)).toEqual(before);
});
