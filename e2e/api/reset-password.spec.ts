import { expect, invalid, type Latchkey, type NewUser, PASSWORD, refusal, refused, test, unique } from "../fixtures.ts";

const NEW_PASSWORD = "Another horse 8 battery";
const DEAD = refused(400, "invalid_link");

/** The token of a new link, which is mailed to the user. */
async function asked(latchkey: Latchkey, { email }: Pick<NewUser, "email">): Promise<string> {
  const { status } = await latchkey.api("POST", "/auth/forgot-password/", { json: { email }, from: latchkey.elsewhere() });
  expect(status).toBe(202);
  return (await latchkey.mailedToken("reset", email)) ?? "";
}

const reset = (latchkey: Latchkey, token: string, new_password = NEW_PASSWORD) =>
  latchkey.api("POST", "/auth/reset-password/", { json: { token, new_password }, from: latchkey.elsewhere() });

test("a link from the mailbox sets a new password, proves the address and ends all sessions", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const session = await latchkey.signIn(user);
  const { status, body } = await reset(latchkey, await asked(latchkey, user));
  expect([status, body.sessions_ended, Object.keys(body)]).toEqual([200, 1, ["message", "sessions_ended"]]);
  expect(refusal(await latchkey.api("GET", "/auth/me/", { token: session }))).toEqual(refused(401, "invalid_token"));
  const json = { email: user.email, password: PASSWORD };
  expect(refusal(await latchkey.api("POST", "/auth/login/", { json }))).toEqual(refused(401, "invalid_credentials"));
  const token = await latchkey.signIn({ ...user, password: NEW_PASSWORD });
  expect((await latchkey.api("GET", "/auth/me/", { token })).body).toMatchObject({ email_verified: true, pending_email: null });
  expect(await latchkey.mailsTo(user.email)).toContain("password_reset");
});

test("known, unknown and suspended addresses get the same answer", async ({ latchkey }) => {
  const [known, suspended] = [await latchkey.newUser(), await latchkey.newUser()];
  latchkey.operator("user", "suspend", suspended.email);
  const unknown = `${unique("unknown")}@example.org`;
  const answers = [];
  for (const email of [known.email, suspended.email, unknown, known.email.toUpperCase(), ` ${known.email} `]) {
    const { status, headers, text } = await latchkey.api("POST", "/auth/forgot-password/", { json: { email } });
    answers.push(JSON.stringify([status, Object.keys(headers).sort(), text]));
  }
  expect(new Set(answers).size).toBe(1);
  expect((await latchkey.mailsTo(known.email)).filter((kind) => kind === "reset")).toHaveLength(3);
  expect(await latchkey.mailsTo(unknown)).toEqual(["reset_unknown"]);
  expect(await latchkey.rows("select 1 from links where email_canonical = ?", unknown)).toEqual([]);
});

test("of twenty uses at once one wins, and only its password works", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await asked(latchkey, user);
  const passwords = Array.from({ length: 20 }, (_, number) => `Racing horse ${number} battery`);
  const answers = await latchkey.together(
    passwords.map((new_password) => ["POST", "/auth/reset-password/", { json: { token, new_password } }]),
  );
  const winner = answers.findIndex(({ status }) => status === 200);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter((answer) => JSON.stringify(refusal(answer)) === JSON.stringify(DEAD))).toHaveLength(19);
  await latchkey.signIn({ ...user, password: passwords[winner] ?? "" });
});

test("a link that is used, replaced, ended by a change of the password, cut or made up is refused alike", async ({ latchkey }) => {
  const [user, changer] = [await latchkey.newUser(), await latchkey.newUser()];
  const replaced = await asked(latchkey, user);
  const used = await asked(latchkey, user);
  expect((await reset(latchkey, used)).status).toBe(200);
  const ended = await asked(latchkey, changer);
  const json = { current_password: PASSWORD, new_password: "Changed horse 9 battery" };
  await latchkey.api("POST", "/auth/change-password/", { token: await latchkey.signIn(changer), json });
  const session = await latchkey.signIn({ ...user, password: NEW_PASSWORD });
  const before = [await latchkey.kept(user), await latchkey.kept(changer)];
  const texts = new Set<string>();
  for (const token of [replaced, used, ended, used.slice(0, -1), `${used}x`, used.toLowerCase(), "lkl_", "x", session, "0".repeat(200)]) {
    const answer = await reset(latchkey, token);
    expect(refusal(answer), token).toEqual(DEAD);
    texts.add(answer.text.replace(answer.body.request_id, ""));
  }
  expect(texts.size).toBe(1);
  expect([await latchkey.kept(user), await latchkey.kept(changer)]).toEqual(before);
});

test("a password that the rules refuse leaves the link as it is", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await asked(latchkey, user);
  for (const [password, code] of [
    ["short1A", "too_short"],
    ["nouppercase1", "no_uppercase"],
    ["Password1", "common"],
    ["Latchkey1", "common"],
  ] as const) {
    expect(refusal(await reset(latchkey, token, password)).errors, password).toMatchObject({ "#/new_password": code });
  }
  expect((await reset(latchkey, token)).status).toBe(200);
});

for (const [what, json, field, code] of [
  ["no address", {}, "email", "required"],
  ["an empty address", { email: "" }, "email", "required"],
  ["no real address", { email: "ada" }, "email", "invalid_format"],
  ["a header behind the address", { email: "a@example.org\r\nBcc: b@example.org" }, "email", "invalid_format"],
  ["an encoded header behind the address", { email: "a@example.org%0d%0aBcc:b@example.org" }, "email", "invalid_format"],
  ["two addresses", { email: "a@example.org,b@example.org" }, "email", "invalid_format"],
  ["two addresses in a list", { email: ["a@example.org", "b@example.org"] }, "email", "wrong_type"],
  ["another field", { email: "a@example.org", token: "x" }, "token", "unknown_field"],
] as const) {
  test(`asking for a link with ${what} is refused`, async ({ latchkey }) => {
    expect(refusal(await latchkey.api("POST", "/auth/forgot-password/", { json }))).toEqual(invalid(field, code));
  });
}

test("a mailbox gets three links an hour, whoever asks, and nobody can tell", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const sent = async () => (await latchkey.mailsTo(user.email)).filter((kind) => kind === "reset").length;
  const asks = Array.from(
    { length: 12 },
    () => ["POST", "/auth/forgot-password/", { json: { email: user.email } }] as [string, string, object],
  );
  const answers = await latchkey.together(asks);
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(await sent()).toBe(3);
  expect((await reset(latchkey, (await latchkey.mailedToken("reset", user.email)) ?? "")).status).toBe(200);
});

test("one client is refused after twenty mails an hour", async ({ latchkey }) => {
  const from = latchkey.elsewhere();
  const ask = () => latchkey.api("POST", "/auth/forgot-password/", { json: { email: `${unique()}@example.org` }, from });
  for (let i = 0; i < 20; i++) expect((await ask()).status).toBe(202);
  expect(refusal(await ask())).toEqual(refused(429, "rate_limited"));
});

test("neither the token of a link nor the new password is ever in the log or, but for the mail itself, in the database", async ({
  latchkey,
}) => {
  const user = await latchkey.newUser();
  const token = await asked(latchkey, user);
  await latchkey.api("GET", `/auth/reset-password/?token=${token}`);
  await reset(latchkey, `${token}x`);
  await reset(latchkey, token);
  const log = await latchkey.logged();
  expect(log).not.toContain(token);
  expect(log).not.toContain(NEW_PASSWORD);
  expect(log).toContain('"event":"reset.requested"');
  const hashes = (await latchkey.rows("select token_hash from links where user_id = ?", user.id)).map(({ token_hash }) =>
    String(token_hash),
  );
  expect(hashes).not.toContain(token);
});
