import { Authenticator, type Changes } from "#accounts/factors/testing.ts";
import { expect, invalid, type Latchkey, refusal, refused, test } from "../fixtures.ts";

const LOG_IN = "/auth/login/passkey/";

/** A user with a passkey that a client has added by the API. */
async function withPasskey(latchkey: Latchkey, fields: { name?: string } = {}) {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const authenticator = new Authenticator(latchkey.url);
  const options = await latchkey.api("POST", "/auth/passkeys/options/", { token });
  expect(options.status, options.text).toBe(200);
  const answer = await latchkey.api("POST", "/auth/passkeys/", { token, json: { passkey: authenticator.create(options.body), ...fields } });
  return { user, token, authenticator, answer };
}

async function logIn(latchkey: Latchkey, authenticator: Authenticator, changes: Changes = {}) {
  const { body } = await latchkey.api("POST", `${LOG_IN}options/`);
  const passkey = authenticator.get(body, changes);
  return { passkey, answer: await latchkey.api("POST", LOG_IN, { json: { passkey, device_name: "Phone" } }) };
}

test("a passkey is added, and logs in alone with the answer of a log-in", async ({ latchkey }) => {
  const { user, token, authenticator, answer: added } = await withPasskey(latchkey);
  expect(added.status, added.text).toBe(201);
  expect(added.body.passkey).toMatchObject({ name: "iCloud Keychain", last_used_at: null, synced: true });
  expect(added.headers.location).toBe(`${latchkey.url}/auth/factors/`);
  const { answer } = await logIn(latchkey, authenticator);
  expect(answer.status, answer.text).toBe(200);
  expect(Object.keys(answer.body).sort()).toEqual(["expires_at", "session", "token", "token_type", "user"]);
  expect(answer.body.session).toMatchObject({ current: true, device_name: "Phone" });
  expect((await latchkey.api("GET", "/auth/me/", { token: answer.body.token })).body.id).toBe(user.id);
  expect((await latchkey.api("GET", "/auth/me/", { token })).status, "the session that added it goes on").toBe(200);
  expect((await latchkey.kept(user)).events).toEqual(["user.registered", "session.opened", "passkey.added", "session.opened"]);
});

test("options name this service, ask for the user's verification, and have a challenge of their own each time", async ({ latchkey }) => {
  const { token, authenticator, user } = await withPasskey(latchkey);
  const { hostname } = new URL(latchkey.url);
  const [one, two] = [await latchkey.api("POST", `${LOG_IN}options/`), await latchkey.api("POST", `${LOG_IN}options/`, { json: {} })];
  expect(one.body).toMatchObject({ rpId: hostname, timeout: 300_000, userVerification: "required" });
  expect(one.body).not.toHaveProperty("allowCredentials");
  expect(one.body.challenge).not.toBe(two.body.challenge);
  expect(Buffer.from(one.body.challenge, "base64url")).toHaveLength(32);
  const { body } = await latchkey.api("POST", "/auth/passkeys/options/", { token });
  expect(body.rp).toEqual({ id: hostname, name: "Latchkey" });
  expect(body.user).toEqual({ id: authenticator.userHandle, name: user.email, displayName: user.username });
  expect(body.excludeCredentials).toMatchObject([{ id: authenticator.credentialId, type: "public-key" }]);
  expect(body.authenticatorSelection).toMatchObject({ residentKey: "required", userVerification: "required" });
});

test("an answer that is replayed, unverified, of another site or unknown is refused alike, and opens nothing", async ({ latchkey }) => {
  const { user, authenticator } = await withPasskey(latchkey);
  const { passkey } = await logIn(latchkey, authenticator);
  const { sessions } = await latchkey.kept(user);
  expect(refusal(await latchkey.api("POST", LOG_IN, { json: { passkey } }))).toEqual(refused(401, "invalid_passkey"));
  for (const changes of [{ isVerified: false }, { origin: "https://evil.example" }, { rpId: "evil.example" }, { userHandle: "AAAA" }]) {
    const { answer } = await logIn(latchkey, authenticator, changes);
    expect(refusal(answer), JSON.stringify(changes)).toEqual(refused(401, "invalid_passkey"));
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="latchkey"');
  }
  const unknown = await logIn(latchkey, new Authenticator(latchkey.url));
  expect(refusal(unknown.answer)).toEqual({ status: 401, code: "invalid_passkey", errors: { "#/passkey": "unknown" } });
  expect((await latchkey.kept(user)).sessions).toEqual(sessions);
  expect(refusal(await latchkey.api("POST", LOG_IN, { json: {} }))).toEqual(invalid("passkey", "required"));
  expect(refusal(await latchkey.api("POST", LOG_IN, { json: { passkey: { id: "?" } } }))).toEqual(invalid("passkey", "invalid"));
});

test("a form sends the answer as the text of its JSON", async ({ latchkey }) => {
  const { authenticator } = await withPasskey(latchkey);
  const { body } = await latchkey.api("POST", `${LOG_IN}options/`);
  const form = { passkey: JSON.stringify(authenticator.get(body)) };
  expect((await latchkey.api("POST", LOG_IN, { form })).status).toBe(200);
});

test("a passkey is renamed and removed by its user only, and signs nobody in afterwards", async ({ latchkey }) => {
  const { token, authenticator, answer } = await withPasskey(latchkey, { name: "Desk" });
  const place = `/auth/passkeys/${answer.body.passkey.id}/`;
  const stranger = await latchkey.signIn(await latchkey.newUser());
  expect(refusal(await latchkey.api("PATCH", place, { token: stranger, json: { name: "Mine" } }))).toEqual(refused(404, "not_found"));
  expect(refusal(await latchkey.api("DELETE", place, { token: stranger }))).toEqual(refused(404, "not_found"));
  expect(refusal(await latchkey.api("PATCH", place, { token, json: { name: " " } }))).toEqual(invalid("name", "required"));
  expect((await latchkey.api("PATCH", place, { token, json: { name: "Lap" } })).body.passkey.name).toBe("Lap");
  expect((await latchkey.api("DELETE", place, { token })).status).toBe(204);
  expect((await logIn(latchkey, authenticator)).answer.status).toBe(401);
});

test("a passkey is on one account only", async ({ latchkey }) => {
  const { token, authenticator } = await withPasskey(latchkey);
  for (const one of [token, await latchkey.signIn(await latchkey.newUser())]) {
    const { body } = await latchkey.api("POST", "/auth/passkeys/options/", { token: one });
    const again = { passkey: authenticator.create(body) };
    expect(refusal(await latchkey.api("POST", "/auth/passkeys/", { token: one, json: again }))).toEqual(refused(409, "already_set_up"));
  }
});
