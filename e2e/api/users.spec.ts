import { expect, invalid, type Latchkey, refusal, refused, test } from "../fixtures.ts";

const newKey = (latchkey: Latchkey, may: string): string =>
  JSON.parse(latchkey.operator("service-key", "create", "--name", "shop", "--may", may, "--json")).key;
const UNKNOWN_ID = 987_654_321;

test("a service reads public profiles, one or several, and asks again cheaply", async ({ latchkey }) => {
  const [key, withEmails] = [newKey(latchkey, "read_users"), newKey(latchkey, "read_users,read_emails")];
  const [user, other] = [await latchkey.newUser({ bio: "Mathematician." }), await latchkey.newUser()];
  const profile = {
    id: user.id,
    username: user.username,
    bio: "Mathematician.",
    contact_information: expect.any(String),
    image: null,
    account_status: "active",
  };
  const one = `/auth/users/${user.id}/`;
  const first = await latchkey.api("GET", one, { token: key });
  expect([first.status, first.body]).toEqual([200, profile]);
  expect((await latchkey.api("GET", one, { token: withEmails })).body).toEqual({ ...profile, email: user.email });
  const again = await latchkey.api("GET", one, { token: key, headers: { "if-none-match": String(first.headers.etag) } });
  expect([again.status, again.text]).toEqual([304, ""]);
  const emails = await latchkey.api("GET", one, { token: withEmails, headers: { "if-none-match": String(first.headers.etag) } });
  expect(emails.status).toBe(200);
  const many = await latchkey.api("GET", `/auth/users/?ids=${other.id},${UNKNOWN_ID},${user.id},${user.id}`, { token: key });
  expect(many.body.users.map(({ id }: { id: number }) => id)).toEqual([user.id, other.id]);
});

test("users are read by services only, with valid ids", async ({ latchkey }) => {
  const [key, other] = [newKey(latchkey, "read_users"), newKey(latchkey, "introspect,read_emails,manage_users,read_events")];
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  for (const path of [`/auth/users/${user.id}/`, `/auth/users/?ids=${user.id}`]) {
    expect(refusal(await latchkey.api("GET", path))).toEqual(refused(401, "authentication_required"));
    expect(refusal(await latchkey.api("GET", path, { token }))).toEqual(refused(401, "invalid_token"));
    expect(refusal(await latchkey.api("GET", path, { token: other }))).toEqual(refused(403, "not_permitted"));
  }
  for (const id of [UNKNOWN_ID, "0", "x", "1e3", "%2e%2e"]) {
    expect(refusal(await latchkey.api("GET", `/auth/users/${id}/`, { token: key })), String(id)).toEqual(refused(404, "not_found"));
  }
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1).join();
  expect((await latchkey.api("GET", `/auth/users/?ids=${hundred}`, { token: key })).status).toBe(200);
  for (const [query, code] of [
    ["", "required"],
    ["ids=", "required"],
    ["ids=x", "invalid"],
    ["ids=1,,2", "invalid"],
    [`ids=${hundred},101`, "out_of_range"],
  ] as const) {
    expect(refusal(await latchkey.api("GET", `/auth/users/?${query}`, { token: key })), query).toEqual(invalid("ids", code));
  }
});

test("a service suspends and activates a user, and ends the sessions", async ({ latchkey }) => {
  const [key, reader] = [newKey(latchkey, "manage_users"), newKey(latchkey, "read_users")];
  const user = await latchkey.newUser();
  const [status, sessions] = [`/auth/users/${user.id}/status/`, `/auth/users/${user.id}/sessions/`];
  const credentials = { email: user.email, password: user.password };
  const token = await latchkey.signIn(user);
  const suspended = { account_status: "suspended", reason: "Spam", until: "2999-01-01T00:00:00+01:00" };
  for (const [who, code, ask] of [
    ["nobody", 401, {}],
    ["the user", 401, { token }],
    ["a reader", 403, { token: reader }],
  ] as const) {
    expect((await latchkey.api("PATCH", status, { ...ask, json: suspended })).status, who).toBe(code);
    expect((await latchkey.api("DELETE", sessions, ask)).status, who).toBe(code);
  }
  expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(200);

  const { body } = await latchkey.api("PATCH", status, { token: key, json: suspended });
  const until = "2998-12-31T23:00:00.000Z";
  expect(body).toMatchObject({
    sessions_ended: 1,
    user: { id: user.id, ...{ account_status: "suspended", status_reason: "Spam", status_until: until } },
  });
  expect(body.user.email).toBeUndefined();
  expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(401);
  const refusedLogin = await latchkey.api("POST", "/auth/login/", { json: credentials });
  expect(refusal(refusedLogin)).toEqual(refused(403, "account_suspended"));
  expect(refusedLogin.body.detail).toContain("Reason: Spam.");

  expect((await latchkey.api("PATCH", status, { token: key, json: { account_status: "active" } })).body.user.status_reason).toBeNull();
  const again = await latchkey.signIn(user);
  expect((await latchkey.api("DELETE", sessions, { token: key })).body).toEqual({ sessions_ended: 1 });
  expect((await latchkey.api("GET", "/auth/me/", { token: again })).status).toBe(401);
  const devices = (await latchkey.rows("select device from audit_events where user_id = ?", user.id)).map(({ device }) => device);
  expect(devices.filter((device) => device === "Service “shop”")).toHaveLength(3);
});

test("a status that is none, or of nobody, is refused", async ({ latchkey }) => {
  const key = newKey(latchkey, "manage_users");
  const user = await latchkey.newUser();
  const at = (id: number) => `/auth/users/${id}/status/`;
  for (const [json, field, code] of [
    [{}, "account_status", "invalid_choice"],
    [{ account_status: "inactive" }, "account_status", "invalid_choice"],
    [{ account_status: "suspended", until: "tomorrow" }, "until", "invalid_format"],
    [{ account_status: "suspended", until: "2999-13-01T00:00:00Z" }, "until", "invalid_format"],
    [{ account_status: "suspended", until: "2020-01-01T00:00:00Z" }, "until", "out_of_range"],
    [{ account_status: "active", until: "2999-01-01T00:00:00Z" }, "until", "invalid"],
    [{ account_status: "suspended", reason: "a\nb" }, "reason", "invalid_characters"],
    [{ account_status: "suspended", reason: "x".repeat(501) }, "reason", "too_long"],
    [{ account_status: "suspended", note: "x" }, "note", "unknown_field"],
  ] as const) {
    expect(refusal(await latchkey.api("PATCH", at(user.id), { token: key, json })), JSON.stringify(json)).toEqual(invalid(field, code));
  }
  const json = { account_status: "suspended" };
  expect(refusal(await latchkey.api("PATCH", at(UNKNOWN_ID), { token: key, json }))).toEqual(refused(404, "not_found"));
  expect(refusal(await latchkey.api("DELETE", `/auth/users/${UNKNOWN_ID}/sessions/`, { token: key }))).toEqual(refused(404, "not_found"));
  expect((await latchkey.kept(user)).user?.status).toBe("active");
});
