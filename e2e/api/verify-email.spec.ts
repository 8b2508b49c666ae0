import { expect, type Latchkey, type NewUser, PASSWORD, refusal, refused, taken409, test, unique } from "../fixtures.ts";

const DEAD = refused(400, "invalid_link");
const NEW_PASSWORD = "Another horse 8 battery";
const me = (latchkey: Latchkey, token: string) => latchkey.api("GET", "/auth/me/", { token });
const newAddress = () => `${unique("address")}@example.org`;

const verify = (latchkey: Latchkey, linkToken: string | undefined, more: { token?: string; password?: string } = {}) =>
  latchkey.api("POST", "/auth/verify-email/", {
    json: { token: linkToken, ...(more.password && { password: more.password }) },
    token: more.token,
    from: latchkey.elsewhere(),
  });

/** Asks for a new address; the token of the link that was mailed to it. */
async function askedFor(latchkey: Latchkey, user: NewUser, token: string, email: string): Promise<string | undefined> {
  const { status } = await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token, json: { email, current_password: PASSWORD } });
  expect(status).toBe(200);
  return await latchkey.mailedToken("verify_change", email);
}

/** A user whose address was changed; the old one has been mailed an undo. */
async function changed(latchkey: Latchkey): Promise<{ user: NewUser; token: string; email: string; undo: string | undefined }> {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const email = newAddress();
  expect((await verify(latchkey, await askedFor(latchkey, user, token, email), { token })).status).toBe(200);
  return { user, token, email, undo: await latchkey.mailedToken("undo_change", user.email) };
}

test("a new user proves the address with the mailed link and a session, and everything goes on", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  expect((await me(latchkey, token)).body).toMatchObject({ email_verified: false, pending_email: null });
  const link = await latchkey.mailedToken("verify", user.email);
  const { status, body } = await verify(latchkey, link, { token });
  expect([status, body.user.email_verified]).toEqual([200, true]);
  expect((await me(latchkey, token)).body.email_verified).toBe(true);
  expect(refusal(await verify(latchkey, link, { token }))).toEqual(DEAD);
});

test("the password beside the link shows the same, and a wrong one changes nothing", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const link = await latchkey.mailedToken("verify", user.email);
  const wrong = await verify(latchkey, link, { password: "Wrong horse 7 battery" });
  expect(refusal(wrong)).toEqual({ status: 403, code: "wrong_password", errors: { "#/password": "wrong" } });
  expect((await verify(latchkey, link, { password: PASSWORD })).status).toBe(200);
  expect((await me(latchkey, token)).status).toBe(200);
});

test("a dead token beside the link is refused, and the link stays good", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  await latchkey.api("POST", "/auth/logout/", { token });
  const link = await latchkey.mailedToken("verify", user.email);
  expect(refusal(await verify(latchkey, link, { token }))).toEqual(refused(401, "invalid_token"));
  expect((await verify(latchkey, link, { password: PASSWORD })).status).toBe(200);
});

test("registering with somebody else’s address gains nothing: its owner’s proof ends session and password", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const impostor = await latchkey.signIn(user);
  const stranger = await latchkey.signIn(await latchkey.newUser());
  const { status, body } = await verify(latchkey, await latchkey.mailedToken("verify", user.email), { token: stranger });
  expect([status, body.user.id]).toEqual([200, user.id]);
  expect(refusal(await me(latchkey, impostor))).toEqual(refused(401, "invalid_token"));
  const logIn = await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password: PASSWORD } });
  expect(refusal(logIn)).toEqual(refused(401, "invalid_credentials"));
  const json = { token: await latchkey.mailedToken("reset", user.email), new_password: NEW_PASSWORD };
  expect((await latchkey.api("POST", "/auth/reset-password/", { json })).status).toBe(200);
  await latchkey.signIn({ ...user, password: NEW_PASSWORD });
});

test("a new address waits, and takes effect in the session that confirms it; all others end", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const [token, other] = [await latchkey.signIn(user), await latchkey.signIn(user)];
  const email = newAddress();
  const link = await askedFor(latchkey, user, token, email);
  expect((await me(latchkey, token)).body).toMatchObject({ email: user.email, pending_email: email });
  const reset = await latchkey.api("POST", "/auth/forgot-password/", { json: { email: user.email } });
  expect(reset.status).toBe(202);
  expect((await verify(latchkey, link, { token })).body.user).toMatchObject({ email, pending_email: null, email_verified: true });
  expect((await me(latchkey, other)).status).toBe(401);
  const dead = { token: await latchkey.mailedToken("reset", user.email), new_password: NEW_PASSWORD };
  expect(refusal(await latchkey.api("POST", "/auth/reset-password/", { json: dead })), "the reset for the old address").toEqual(DEAD);
  expect(await latchkey.mailsTo(email)).toEqual(["verify_change", "email_changed"]);
  expect((await latchkey.mailsTo(user.email)).at(-1)).toBe("undo_change");
});

test("an address that somebody has taken since isn’t confirmed, and of two who confirm it at once one gets it", async ({ latchkey }) => {
  const [one, two] = [await latchkey.newUser(), await latchkey.newUser()];
  const [tokenOne, tokenTwo] = [await latchkey.signIn(one), await latchkey.signIn(two)];
  const email = newAddress();
  const linkOne = await askedFor(latchkey, one, tokenOne, email);
  const linkTwo = await askedFor(latchkey, two, tokenTwo, email);
  const answers = await latchkey.together([
    ["POST", "/auth/verify-email/", { json: { token: linkOne }, token: tokenOne }],
    ["POST", "/auth/verify-email/", { json: { token: linkTwo }, token: tokenTwo }],
  ]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  expect(await latchkey.rows("select id from users where email_canonical = ?", email)).toHaveLength(1);

  const three = await latchkey.newUser();
  const tokenThree = await latchkey.signIn(three);
  const wanted = newAddress();
  const late = await askedFor(latchkey, three, tokenThree, wanted);
  await latchkey.newUser({ email: wanted });
  expect(refusal(await verify(latchkey, late, { token: tokenThree }))).toEqual(taken409("email"));
  expect((await me(latchkey, tokenThree)).body.email).toBe(three.email);
});

test("a change and a registration of the same address at once leave one account with it", async ({ latchkey }) => {
  for (let round = 0; round < 3; round++) {
    const user = await latchkey.newUser();
    const token = await latchkey.signIn(user);
    const email = newAddress();
    const link = await askedFor(latchkey, user, token, email);
    const answers = await latchkey.together([
      ["POST", "/auth/verify-email/", { json: { token: link }, token }],
      ["POST", "/auth/create-user/", { json: { email, username: unique("racer"), password: PASSWORD } }],
    ]);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(1);
    expect(await latchkey.rows("select id from users where email_canonical = ?", email)).toHaveLength(1);
  }
});

test("a link is for its own purpose, user and time only", async ({ latchkey }) => {
  const { user, token, undo } = await changed(latchkey);
  const other = await latchkey.newUser();
  const notMe = await latchkey.mailedToken("new_device", other.email);
  const link = await latchkey.mailedToken("verify", other.email);
  const before = [await latchkey.kept(user), await latchkey.kept(other)];
  const wrong: [string, unknown][] = [
    ["/auth/verify-email/", undo],
    ["/auth/verify-email/", notMe],
    ["/auth/verify-email/", token],
    ["/auth/undo-email-change/", link],
    ["/auth/undo-email-change/", `${undo}x`],
    ["/auth/undo-email-change/", undo?.slice(0, -1)],
    ["/auth/not-me/", undo],
    ["/auth/not-me/", link],
    ["/auth/not-me/", "lkl_"],
  ];
  for (const [path, given] of wrong) {
    const answer = refusal(await latchkey.api("POST", path, { json: { token: given ?? "none" }, from: latchkey.elsewhere() }));
    expect(answer, `${path} ${given}`).toEqual(DEAD);
  }
  expect([await latchkey.kept(user), await latchkey.kept(other)]).toEqual(before);
});

test("the link is sent again on request, to the address that waits or else to the own one", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const send = () => latchkey.api("POST", "/auth/verify-email/send/", { token });
  const first = await latchkey.mailedToken("verify", user.email);
  expect((await send()).status).toBe(202);
  expect(refusal(await verify(latchkey, first, { token }))).toEqual(DEAD);
  const email = newAddress();
  await askedFor(latchkey, user, token, email);
  expect((await send()).body.message).toContain(email);
  expect((await verify(latchkey, await latchkey.mailedToken("verify_change", email), { token })).status).toBe(200);
  expect((await send()).body.message).toBe("Your email address is confirmed already.");
  expect((await latchkey.mailsTo(email)).filter((kind) => kind.startsWith("verify"))).toHaveLength(2);
  expect(refusal(await latchkey.api("POST", "/auth/verify-email/send/"))).toEqual(refused(401, "authentication_required"));
});

test("a mailbox gets three links an hour, and then the answer is 429", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const send = () => latchkey.api("POST", "/auth/verify-email/send/", { token });
  for (let i = 0; i < 3; i++) expect((await send()).status).toBe(202);
  expect(refusal(await send())).toEqual(refused(429, "rate_limited"));
});

test("a new address needs a recent log-in or the password, and what is refused mails nothing", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const email = newAddress();
  const json = { email, current_password: "Wrong horse 7 battery" };
  expect((await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token, json })).status).toBe(403);
  expect(await latchkey.mailsTo(email)).toEqual([]);
});

test("the old mailbox takes the account back once, and everybody is signed out", async ({ latchkey }) => {
  const { user, token, email, undo } = await changed(latchkey);
  expect(
    refusal(
      await latchkey.api("POST", "/auth/create-user/", { json: { email: user.email, username: unique("squatter"), password: PASSWORD } }),
    ),
  ).toEqual(taken409("email"));
  const use = () => latchkey.api("POST", "/auth/undo-email-change/", { json: { token: undo }, from: latchkey.elsewhere() });
  const { status, body } = await use();
  expect([status, body.user.email, body.user.email_verified]).toEqual([200, user.email, true]);
  expect((await me(latchkey, token)).status).toBe(401);
  expect(refusal(await use())).toEqual(DEAD);
  const again = await latchkey.signIn(user);
  const change = { email, current_password: PASSWORD };
  expect(refusal(await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token: again, json: change }))).toEqual(
    refused(403, "reset_required"),
  );
  const password = { current_password: PASSWORD, new_password: "Thief horse 9 battery" };
  expect(refusal(await latchkey.api("POST", "/auth/change-password/", { token: again, json: password }))).toEqual(
    refused(403, "reset_required"),
  );
  const reset = { token: await latchkey.mailedToken("reset", user.email), new_password: NEW_PASSWORD };
  expect((await latchkey.api("POST", "/auth/reset-password/", { json: reset })).status).toBe(200);
  const own = await latchkey.signIn({ ...user, password: NEW_PASSWORD });
  await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token: own, json: { email: newAddress() } });
  expect((await me(latchkey, own)).body.pending_email).not.toBeNull();
});

test("“That wasn’t me” ends every session once, and mails a link for a new password", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const json = { token: await latchkey.mailedToken("new_device", user.email) };
  const { status, body } = await latchkey.api("POST", "/auth/not-me/", { json });
  expect([status, body.sessions_ended]).toEqual([200, 1]);
  expect((await me(latchkey, token)).status).toBe(401);
  expect(refusal(await latchkey.api("POST", "/auth/not-me/", { json }))).toEqual(DEAD);
  const reset = { token: await latchkey.mailedToken("reset", user.email), new_password: NEW_PASSWORD };
  expect((await latchkey.api("POST", "/auth/reset-password/", { json: reset })).status).toBe(200);
});

test("what happens on an account is told by mail, and nothing else", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const path = `/auth/update-user/${user.id}/`;
  await latchkey.api("PATCH", path, { token, json: { bio: "Nobody is told of this" } });
  await latchkey.api("PATCH", path, { token, json: { username: unique("renamed") } });
  const json = { current_password: PASSWORD, new_password: NEW_PASSWORD };
  await latchkey.api("POST", "/auth/change-password/", { token, json });
  latchkey.operator("user", "suspend", user.email);
  expect(await latchkey.mailsTo(user.email)).toEqual(["verify", "new_device", "username_changed", "password_changed", "suspended"]);
  latchkey.operator("user", "delete", user.email, "--yes");
  expect(await latchkey.mailsTo(user.email), "all but the last word is deleted with the user").toEqual(["deleted"]);
});
