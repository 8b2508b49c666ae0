import { expect, refusal, refused, test } from "../fixtures.ts";

const ADDRESS = "/auth/secure-account/";

test("everybody else is signed out, and what changed is answered with what undoes it", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const [own, other] = [await latchkey.signIn(user), await latchkey.signIn(user)];
  const { body: made } = await latchkey.api("POST", "/auth/tokens/", { token: other, json: { name: "Script" } });
  await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token: other, json: { username: `x.${user.username}` } });
  const { status, body, text } = await latchkey.api("POST", ADDRESS, { token: own });
  expect(status, text).toBe(200);
  expect(body.sessions_ended).toBe(2);
  expect(body.changes.map(({ type, undo }: { type: string; undo: object }) => [type, undo])).toEqual([
    ["username.changed", { kind: "username", value: user.username, until: null }],
    ["token.created", null],
  ]);
  expect((await latchkey.api("GET", "/auth/me/", { token: own })).status).toBe(200);
  for (const token of [other, made.token]) {
    expect(refusal(await latchkey.api("GET", "/auth/me/", { token }))).toEqual(refused(401, "invalid_token"));
  }
  const { body: activity } = await latchkey.api("GET", "/auth/activity/?limit=2", { token: own });
  expect(activity.events.map(({ type }: { type: string }) => type)).toEqual(["account.secured", "session.revoked"]);
});

test("it needs a session, which a personal access token isn't", async ({ latchkey }) => {
  const token = await latchkey.signIn(await latchkey.newUser());
  const { body } = await latchkey.api("POST", "/auth/tokens/", { token, json: { name: "Script" } });
  expect(refusal(await latchkey.api("POST", ADDRESS))).toEqual(refused(401, "authentication_required"));
  expect(refusal(await latchkey.api("POST", ADDRESS, { token: body.token }))).toEqual(refused(403, "not_permitted"));
  expect((await latchkey.api("GET", "/auth/me/", { token: body.token })).status).toBe(200);
});

test("a wrong current password is refused, and nobody is signed out", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const [own, other] = [await latchkey.signIn(user), await latchkey.signIn(user)];
  const { status, code } = refusal(await latchkey.api("POST", ADDRESS, { token: own, json: { current_password: "Wrong horse 7" } }));
  expect([status, code]).toEqual([403, "wrong_password"]);
  expect((await latchkey.api("GET", "/auth/me/", { token: other })).status).toBe(200);
});
