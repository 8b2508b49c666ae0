import { serviceKey } from "../clients/service-key.ts";
import { expect, invalid, refusal, refused, test } from "../fixtures.ts";

const LOGIN = "/auth/login/";
const DEACTIVATE = "/auth/deactivate/";
const DELETE = "/auth/delete-account/";
const CANCEL = "/auth/cancel-deletion/";
const DAY_MS = 86_400_000;

test("a deactivated account is signed out, gone for services, and back after a log-in that says so", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const [token, other] = [await latchkey.signIn(user), await latchkey.signIn(user)];
  const key = serviceKey(latchkey, "read_users,introspect");
  const { status, body } = await latchkey.api("POST", DEACTIVATE, { token });
  expect([status, body.sessions_ended]).toEqual([200, 2]);
  expect((await latchkey.api("GET", "/auth/me/", { token: other })).status).toBe(401);
  expect((await latchkey.api("POST", "/auth/introspect/", { token: key, json: { token: other } })).body).toEqual({ active: false });
  expect((await latchkey.api("GET", `/auth/users/${user.id}/`, { token: key })).status).toBe(404);

  const json = { email: user.email, password: user.password };
  const asked = await latchkey.api("POST", LOGIN, { json });
  expect(refusal(asked)).toEqual(refused(403, "account_inactive"));
  expect(asked.body.reactivation).toBe(true);
  const wrong = await latchkey.api("POST", LOGIN, { json: { ...json, password: "Wrong horse 7", reactivate: true } });
  expect(refusal(wrong)).toEqual(refused(401, "invalid_credentials"));
  const back = await latchkey.api("POST", LOGIN, { json: { ...json, reactivate: true } });
  expect([back.status, back.body.user.account_status]).toEqual([200, "active"]);
  expect((await latchkey.api("GET", `/auth/users/${user.id}/`, { token: key })).status).toBe(200);
  expect((await latchkey.kept(user)).events).toEqual([
    "user.registered",
    "session.opened",
    "session.opened",
    "status.changed",
    "login.failed",
    "status.changed",
    "session.opened",
  ]);
});

test("a deletion waits fourteen days, in which its own address keeps the account", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const { status, body } = await latchkey.api("POST", DELETE, { token, json: { username: user.username } });
  expect(status).toBe(200);
  expect(Math.abs(Date.parse(body.deletes_at) - Date.now() - 14 * DAY_MS)).toBeLessThan(DAY_MS);
  expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(401);
  const json = { email: user.email, password: user.password };
  const asked = await latchkey.api("POST", LOGIN, { json: { ...json, reactivate: true } });
  expect(refusal(asked)).toEqual(refused(403, "account_deleting"));
  expect(asked.body.deletes_at).toBe(body.deletes_at);
  expect(refusal(await latchkey.api("POST", "/auth/create-user/", { json: { ...json, username: "somebody.else" } }))).toMatchObject({
    status: 409,
  });
  const kept = await latchkey.api("POST", CANCEL, { json });
  expect([kept.status, kept.body.user.account_status, kept.body.user.status_until]).toEqual([200, "active", null]);
});

test("deleted now, the account is gone for good; the password is asked for again, however recent the log-in", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const ask = (json: object) => latchkey.api("POST", DELETE, { token, json: { username: user.username, when: "now", ...json } });
  expect(refusal(await ask({}))).toMatchObject({ status: 403, code: "recent_login_required" });
  expect(refusal(await ask({ current_password: "Wrong horse 7" }))).toMatchObject({ status: 403, code: "wrong_password" });
  expect((await latchkey.kept(user)).user).toMatchObject({ status: "active" });
  const { status } = await ask({ current_password: user.password });
  expect(status).toBe(200);
  expect((await latchkey.kept(user)).user).toBeUndefined();
  expect(refusal(await latchkey.api("POST", CANCEL, { json: { email: user.email, password: user.password } }))).toEqual(
    refused(401, "invalid_credentials"),
  );
});

test("what is wrong, or of somebody else, changes nothing", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  for (const [json, field, code] of [
    [{}, "username", "required"],
    [{ username: "somebody.else" }, "username", "wrong"],
    [{ username: user.username, when: "later" }, "when", "invalid_choice"],
    [{ username: user.username, code: "12" }, "code", "invalid_format"],
    [{ username: user.username, reason: "x" }, "reason", "unknown_field"],
  ] as const) {
    expect(refusal(await latchkey.api("POST", DELETE, { token, json }))).toEqual(invalid(field, code));
  }
  for (const path of [DEACTIVATE, DELETE]) {
    expect(refusal(await latchkey.api("POST", path, { json: { username: user.username } }))).toMatchObject({ status: 401 });
  }
  const json = { email: user.email, password: "Wrong horse 7" };
  expect(refusal(await latchkey.api("POST", CANCEL, { json }))).toEqual(refused(401, "invalid_credentials"));
  expect((await latchkey.api("GET", "/auth/me/", { token })).body.account_status).toBe("active");
});
