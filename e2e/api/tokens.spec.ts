import { expect, invalid, refusal, refused, test } from "../fixtures.ts";

const ADDRESS = "/auth/tokens/";

test("a personal access token reads, is listed, changes nothing, and outlives a log-out everywhere", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const { status, body } = await latchkey.api("POST", ADDRESS, {
    token,
    json: { name: "Backup", expires_in_days: 30, scopes: ["a:b", "c"] },
  });
  expect(status).toBe(201);
  const { token: personal, ...view } = body;
  expect(personal).toMatch(/^lkp_/);
  expect(view).toEqual({
    id: expect.any(Number),
    name: "Backup",
    scopes: ["a:b", "c"],
    created_at: expect.any(String),
    last_used_at: null,
    expires_at: new Date(Date.parse(view.created_at) + 30 * 86_400_000).toISOString(),
  });
  expect((await latchkey.api("GET", ADDRESS, { token })).body).toEqual({ tokens: [view] });
  expect((await latchkey.written()).includes(personal)).toBe(false);

  expect((await latchkey.api("GET", "/auth/me/", { token: personal })).body.id).toBe(user.id);
  expect((await latchkey.api("GET", "/auth/verify/", { token: personal })).status).toBe(204);
  for (const [method, path, json] of [
    ["PATCH", `/auth/update-user/${user.id}/`, { bio: "x" }],
    ["POST", "/auth/change-password/", { current_password: user.password, new_password: "Nine walruses on 2 skis" }],
    ["POST", ADDRESS, { name: "Another", current_password: user.password }],
    ["DELETE", `${ADDRESS}${view.id}/`, undefined],
    ["DELETE", "/auth/sessions/", undefined],
    ["POST", "/auth/logout-all/", { tokens: true }],
    ["POST", "/auth/logout/", { all: true }],
    ["POST", "/auth/verify-email/send/", {}],
  ] as const) {
    expect(refusal(await latchkey.api(method, path, { token: personal, json })), path).toEqual(refused(403, "not_permitted"));
  }

  await latchkey.api("POST", "/auth/logout-all/", { token });
  expect((await latchkey.api("GET", "/auth/me/", { token: personal })).status).toBe(200);
  const again = await latchkey.signIn(user);
  expect((await latchkey.api("DELETE", `${ADDRESS}${view.id}/`, { token: again })).status).toBe(204);
  expect((await latchkey.api("GET", "/auth/me/", { token: personal })).status).toBe(401);
});

test("with tokens=true a log-out everywhere ends them too; by form as by JSON", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const { status, body } = await latchkey.api("POST", ADDRESS, { token, form: { name: "Script", expires_in_days: "7", scopes: "a b" } });
  expect([status, body.scopes]).toEqual([201, ["a", "b"]]);
  expect((await latchkey.api("POST", "/auth/logout-all/", { token, json: { tokens: true } })).body.sessions_ended).toBe(2);
  expect((await latchkey.api("GET", "/auth/me/", { token: body.token })).status).toBe(401);
});

test("somebody else’s token is as unknown as one that isn’t there", async ({ latchkey }) => {
  const [token, other] = [await latchkey.signIn(await latchkey.newUser()), await latchkey.signIn(await latchkey.newUser())];
  const { body } = await latchkey.api("POST", ADDRESS, { token: other, json: { name: "Theirs" } });
  for (const id of [body.id, 1]) {
    expect(refusal(await latchkey.api("DELETE", `${ADDRESS}${id}/`, { token }))).toEqual(refused(404, "not_found"));
  }
  const session = (await latchkey.api("GET", "/auth/sessions/", { token })).body.sessions[0].id;
  expect(refusal(await latchkey.api("DELETE", `${ADDRESS}${session}/`, { token }))).toEqual(refused(404, "not_found"));
  expect(refusal(await latchkey.api("POST", ADDRESS, { json: { name: "x" } }))).toEqual(refused(401, "authentication_required"));
  expect(refusal(await latchkey.api("POST", ADDRESS, { token, json: {} }))).toEqual(invalid("name", "required"));
  expect((await latchkey.api("GET", "/auth/me/", { token: body.token })).status).toBe(200);
});
