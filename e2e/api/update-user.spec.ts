import { expect, invalid, type Latchkey, type NewUser, PASSWORD, refusal, refused, taken409, test, unique } from "../fixtures.ts";
import { blob, png } from "../pictures.ts";

const addressOf = ({ id }: Pick<NewUser, "id">) => `/auth/update-user/${id}/`;

async function signedIn(latchkey: Latchkey, fields = {}) {
  const user = await latchkey.newUser(fields);
  return { user, address: addressOf(user), token: await latchkey.signIn(user) };
}

test("PATCH changes what is sent and leaves the rest alone", async ({ latchkey }) => {
  const { user, address, token } = await signedIn(latchkey, { bio: "Before", contact_information: "Office 3" });
  const { status, body } = await latchkey.api("PATCH", address, { token, json: { bio: "After" } });
  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual(["message", "user"]);
  expect(body.user).toMatchObject({ email: user.email, username: user.username, bio: "After", contact_information: "Office 3" });
  expect(Date.parse(body.user.updated_at)).toBeGreaterThan(Date.parse(body.user.created_at));
  expect((await latchkey.api("GET", "/auth/me/", { token })).body.bio).toBe("After");
  expect((await latchkey.kept(user)).events.slice(-1)).toEqual(["profile.changed"]);
});

test("PATCH with an empty body, or with the current values, changes nothing", async ({ latchkey }) => {
  const { user, address, token } = await signedIn(latchkey, { bio: "Before" });
  const before = await latchkey.kept(user);
  for (const ask of [{}, { json: {} }, { json: { bio: "Before", email: user.email, username: user.username } }]) {
    expect((await latchkey.api("PATCH", address, { token, ...ask })).status).toBe(200);
  }
  expect(await latchkey.kept(user)).toEqual(before);
});

test("PUT replaces everything: fields left out get their defaults, protected ones stay", async ({ latchkey }) => {
  const { user, address, token } = await signedIn(latchkey, { bio: "Before", contact_information: "Office 3" });
  await latchkey.api("PATCH", address, { token, multipart: { image: blob(await png()) } });
  const before = (await latchkey.kept(user)).user;
  const username = unique("Renamed");
  const { status, body } = await latchkey.api("PUT", address, { token, json: { email: user.email, username } });
  expect(status).toBe(200);
  expect(body.user).toMatchObject({ email: user.email, username, bio: "", contact_information: "", image: null });
  const after = (await latchkey.kept(user)).user;
  for (const column of ["id", "password_hash", "status", "created_at"]) expect(after?.[column], column).toBe(before?.[column]);
  await latchkey.signIn(user);
});

test("PUT without email address or username is refused and changes nothing", async ({ latchkey }) => {
  const { user, address, token } = await signedIn(latchkey);
  const before = await latchkey.kept(user);
  expect(refusal(await latchkey.api("PUT", address, { token, json: { bio: "x" } }))).toEqual({
    status: 400,
    code: "validation_failed",
    errors: { "#/email": "required", "#/username": "required" },
  });
  expect(await latchkey.kept(user)).toEqual(before);
});

test("a new email address replaces the old one for logging in, without the password right after a log-in", async ({ latchkey }) => {
  const { user, address, token } = await signedIn(latchkey);
  const email = `${unique("New")}@Example.org`;
  const { body } = await latchkey.api("PATCH", address, { token, json: { email } });
  expect(body.user).toMatchObject({ email: user.email, pending_email: email });
  await latchkey.signIn({ email: user.email, password: PASSWORD });
  const confirmed = await latchkey.api("POST", "/auth/verify-email/", {
    token,
    json: { token: await latchkey.mailedToken("verify_change", email) },
  });
  expect(confirmed.body.user).toMatchObject({ email, pending_email: null, email_verified: true });
  await latchkey.signIn({ email: email.toLowerCase(), password: PASSWORD });
  const old = await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: PASSWORD } });
  expect(refusal(old)).toEqual(refused(401, "invalid_credentials"));
});

test("a wrong current password beside a new email address is refused, and the address stays", async ({ latchkey }) => {
  const { user, address, token } = await signedIn(latchkey);
  const email = `${unique()}@example.org`;
  const json = { email, current_password: "Wrong horse 7 battery" };
  const answer = refusal(await latchkey.api("PATCH", address, { token, json }));
  expect(answer).toEqual({ status: 403, code: "wrong_password", errors: { "#/current_password": "wrong" } });
  expect((await latchkey.kept(user)).user?.email).toBe(user.email);
  const right = await latchkey.api("PATCH", address, { token, json: { email, current_password: PASSWORD } });
  expect(right.body.user).toMatchObject({ email: user.email, pending_email: email });
});

test("a user may change only the letter case of their own name", async ({ latchkey }) => {
  const { user, address, token } = await signedIn(latchkey);
  const json = { email: user.email.toUpperCase(), username: user.username.toUpperCase() };
  expect((await latchkey.api("PATCH", address, { token, json })).body.user).toMatchObject(json);
});

test("names that belong to somebody else are refused, both at once, and nothing changes", async ({ latchkey }) => {
  const { user, address, token } = await signedIn(latchkey);
  const other = await latchkey.newUser();
  const before = (await latchkey.kept(user)).user;
  for (const method of ["PATCH", "PUT"]) {
    const json = { email: other.email.toUpperCase(), username: other.username.toUpperCase(), bio: "x" };
    expect(refusal(await latchkey.api(method, address, { token, json }))).toEqual(taken409("email", "username"));
  }
  expect((await latchkey.kept(user)).user).toEqual(before);
});

test("other people's accounts and those that do not exist get the same refusal, and nothing changes", async ({ latchkey }) => {
  const { token } = await signedIn(latchkey);
  const other = await latchkey.newUser();
  const before = await latchkey.kept(other);
  const headers = { "x-request-id": "same" };
  for (const method of ["PATCH", "PUT"]) {
    const ask = { token, headers, json: { email: other.email, username: unique(), bio: "taken over" } };
    const theirs = await latchkey.api(method, addressOf(other), ask);
    expect(refusal(theirs)).toEqual(refused(403, "not_your_account"));
    for (const id of [other.id + 1_000_000, 0, 9_007_199_254_740_991]) {
      expect((await latchkey.api(method, addressOf({ id }), ask)).text).toBe(theirs.text);
    }
  }
  expect(await latchkey.kept(other)).toEqual(before);
});

test("without a valid token nothing is changed or revealed", async ({ latchkey }) => {
  const { user, address, token } = await signedIn(latchkey);
  await latchkey.api("POST", "/auth/logout/", { token });
  const before = await latchkey.kept(user);
  for (const method of ["PATCH", "PUT"]) {
    for (const path of [address, addressOf({ id: user.id + 1_000_000 })]) {
      const json = { email: user.email, username: user.username, bio: "x" };
      expect(refusal(await latchkey.api(method, path, { json }))).toEqual(refused(401, "authentication_required"));
      expect(refusal(await latchkey.api(method, path, { json, token }))).toEqual(refused(401, "invalid_token"));
    }
  }
  expect(await latchkey.kept(user)).toEqual(before);
});

const PROTECTED = [
  "id",
  "account_status",
  "status",
  "role",
  "is_admin",
  "is_staff",
  "is_superuser",
  "password",
  "password_hash",
  "passwordHash",
  "email_verified",
  "emailCanonical",
  "created_at",
  "createdAt",
  "updated_at",
  "sessions",
  "token",
  "constructor",
];

test("no protected field can be changed, whatever it is called", async ({ latchkey }) => {
  const { user, address, token } = await signedIn(latchkey);
  const before = (await latchkey.kept(user)).user;
  for (const field of PROTECTED) {
    for (const method of ["PATCH", "PUT"]) {
      const json = { email: user.email, username: user.username, [field]: "active" };
      expect(refusal(await latchkey.api(method, address, { token, json }))).toEqual(invalid(field, "unknown_field"));
    }
  }
  const raw = `{"__proto__":{"status":"suspended"},"bio":"x"}`;
  const polluted = await latchkey.api("PATCH", address, { token, raw, headers: { "content-type": "application/json" } });
  expect(polluted.status).toBe(400);
  expect((await latchkey.kept(user)).user).toEqual(before);
});

test("only the canonical spelling of an id reaches the account", async ({ latchkey }) => {
  const { user, token } = await signedIn(latchkey);
  const { id } = user;
  const full = String(id).replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
  const spellings = [
    `0${id}`,
    `${id}e0`,
    `+${id}`,
    `-${id}`,
    `${id}.0`,
    `${id}%00`,
    `${id}%20`,
    `%20${id}`,
    encodeURIComponent(full),
    `%25${id}`,
  ];
  for (const spelling of [...spellings, "9007199254740993", "me", "%F0%9F%99%82", "1".repeat(5_000), "0x1", "1,2", "..%2f2", "1;x=1"]) {
    const answer = await latchkey.api("PATCH", `/auth/update-user/${spelling}/`, { token, json: { bio: "x" } });
    expect([403, 404], spelling).toContain(answer.status);
  }
  expect((await latchkey.kept(user)).user?.bio).toBe("");
  const encoded = [...String(id)].map((digit) => `%3${digit}`).join("");
  const { body } = await latchkey.api("PATCH", `/auth/update-user/${encoded}/`, { token, json: { bio: "encoded" } });
  expect(body.user.bio, "what decodes to the canonical spelling is the same address").toBe("encoded");
});

test("SQL in the id is nobody's id", async ({ latchkey }) => {
  const { user, token } = await signedIn(latchkey);
  for (const id of ["1%20OR%201=1", "1'--", `${user.id})%20OR%20(1=1`]) {
    const answer = await latchkey.api("PATCH", `/auth/update-user/${id}/`, { token, json: { bio: "x" } });
    expect(refusal(answer)).toEqual(refused(403, "not_your_account"));
  }
  expect((await latchkey.kept(user)).user?.bio).toBe("");
});

for (const [name, json, field, code] of [
  ["an empty email address", { email: "" }, "email", "required"],
  ["null as email address", { email: null }, "email", "required"],
  ["no real email address", { email: "ada" }, "email", "invalid_format"],
  ["null as bio", { bio: null }, "bio", "wrong_type"],
  ["too long a bio", { bio: "x".repeat(2_001) }, "bio", "too_long"],
  ["a NUL in the bio", { bio: "a\u0000b" }, "bio", "invalid_characters"],
  ["too long contact information", { contact_information: "x".repeat(501) }, "contact_information", "too_long"],
  ["a number as picture", { image: 7 }, "image", "wrong_type"],
  ["no base64 as picture", { image: "*" }, "image", "invalid"],
] as const) {
  test(`PATCH with ${name} is refused and changes nothing`, async ({ latchkey }) => {
    const { user, address, token } = await signedIn(latchkey, { bio: "Before" });
    const before = await latchkey.kept(user);
    expect(refusal(await latchkey.api("PATCH", address, { token, json: { contact_information: "x", ...json } }))).toEqual(
      invalid(field, code),
    );
    expect(await latchkey.kept(user)).toEqual(before);
  });
}

test("simultaneous changes of different fields are both kept", async ({ latchkey }) => {
  const { user, address, token } = await signedIn(latchkey);
  await latchkey.together([
    ["PATCH", address, { token, json: { bio: "Both" } }],
    ["PATCH", address, { token, json: { contact_information: "last" } }],
  ]);
  expect((await latchkey.kept(user)).user).toMatchObject({ bio: "Both", contact_information: "last" });
});

test("every wrong field is named at once: a taken name, an invalid picture, and what the schema refuses", async ({ latchkey }) => {
  const [user, other] = [await latchkey.newUser(), await latchkey.newUser()];
  const token = await latchkey.signIn(user);
  const json = { username: other.username, image: "bm8gcGljdHVyZQ==" };
  const change = async (more: object) =>
    refusal(await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token, json: { ...json, ...more } }));
  const both = { "#/username": "taken", "#/image": "unsupported_type" };
  expect(await change({})).toEqual({ status: 400, code: "validation_failed", errors: both });
  expect(await change({ bio: 1 })).toEqual({ status: 400, code: "validation_failed", errors: { "#/bio": "wrong_type", ...both } });
  expect((await latchkey.kept(user)).user).toMatchObject({ username: user.username, avatar_hash: null });
});
