import assert from "node:assert/strict";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { callerFrom, type SignedIn, type User } from "#accounts/caller.ts";
import { DAY_MS } from "#accounts/clock.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { RegisterInput } from "#accounts/contract/schemas.ts";
import { sayNotMe } from "#accounts/emails/not-me.ts";
import { changePassword } from "#accounts/passwords/change.ts";
import { resetPassword } from "#accounts/passwords/reset.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { mailedToken, mailsTo, passingTime, refusedAs } from "#accounts/testing.ts";
import { db } from "#db/engine.ts";
import { knownDevices } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { undoEmailChange } from "./email-change.ts";
import { sendVerification, verifyEmail } from "./email-proof.ts";
import { findUserByEmail } from "./names.ts";
import { findUserById, registerUser, updateUser } from "./users.ts";

await freshDatabase();

const NEW = "Another horse 8 battery";
const PROVEN = { emailVerifiedAt: 1 };
let made = 0;
const client = () => callerFrom(`127.7.${++made >> 8}.${made & 255}`, "curl/8.5.0");
const address = (name: string) => `${name}-${++made}@example.org`;

test("a registration mails a link, which proves the address once it is used in a session of the account", async () => {
  const caller = client();
  const { user } = await registerUser(caller, registration());
  assert.equal(user.emailVerifiedAt, null);
  const own = await signedIn(user);
  const { user: proven, isEnded } = await verifyEmail(own, { token: await mailedToken("verify", user.email) });
  assert.ok(proven.emailVerifiedAt);
  assert.equal(isEnded, false);
  assert.ok(await findSession(own.token), "nothing of the owner's ends");
  await logIn(client(), { email: user.email, password: PASSWORD });
});

test("on another device the password shows that the account is one's own, and a wrong one leaves everything as it is", async () => {
  const { user } = await registerUser(client(), registration());
  const own = await signedIn(user);
  const token = await mailedToken("verify", user.email);
  await assert.rejects(verifyEmail(client(), { token, password: "Wrong horse 7" }), refusedAs("wrong_password", "password"));
  assert.equal((await findUserById(user.id))?.emailVerifiedAt, null);
  await verifyEmail(client(), { token, password: PASSWORD });
  assert.ok(await findSession(own.token));
  await assert.rejects(verifyEmail(client(), { token, password: PASSWORD }), refusedAs("invalid_link"));
});

test("the password can't be guessed with a link", async () => {
  const { user } = await registerUser(client(), registration());
  const token = await mailedToken("verify", user.email);
  for (let i = 0; i < 5; i++) {
    await assert.rejects(verifyEmail(client(), { token, password: "Wrong horse 7" }), refusedAs("wrong_password", "password"));
  }
  await assert.rejects(verifyEmail(client(), { token, password: PASSWORD }), refusedAs("rate_limited"));
});

test("who registers with somebody else’s address has gained nothing once its owner proves it: session, password and devices end", async () => {
  const { user } = await registerUser(client(), registration());
  const impostor = await signedIn(user);
  const { isEnded } = await verifyEmail(client(), { token: await mailedToken("verify", user.email) });
  assert.equal(isEnded, true);
  assert.equal(await findSession(impostor.token), null);
  await assert.rejects(logIn(client(), { email: user.email, password: PASSWORD }), refusedAs("invalid_credentials"));
  assert.equal(await db().$count(knownDevices, eq(knownDevices.userId, user.id)), 0);
  await resetPassword(client(), { token: await mailedToken("reset", user.email), new_password: NEW });
  await logIn(client(), { email: user.email, password: NEW });
});

test("a session of somebody else’s account shows nothing about this one", async () => {
  const { user } = await registerUser(client(), registration());
  const impostor = await signedIn(user);
  const stranger = await signedIn(await newUser());
  const { isEnded } = await verifyEmail(stranger, { token: await mailedToken("verify", user.email) });
  assert.equal(isEnded, true);
  assert.equal(await findSession(impostor.token), null);
  assert.ok(await findSession(stranger.token));
});

test("a session that ended meanwhile proves nothing", async () => {
  const { user } = await registerUser(client(), registration());
  const own = await signedIn(user);
  const token = await mailedToken("verify", user.email);
  await changePassword(await signedIn(user), { current_password: PASSWORD, new_password: NEW });
  await assert.rejects(verifyEmail(own, { token }), refusedAs("invalid_link"), "the change of the password ended the link");
  const again = await signedIn((await findUserById(user.id)) ?? assert.fail());
  await sendVerification(again);
  const next = await mailedToken("verify", user.email);
  await assert.rejects(verifyEmail(own, { token: next }), refusedAs("invalid_token"));
  assert.equal((await findUserById(user.id))?.emailVerifiedAt, null);
});

test("a new address waits until its mailbox confirms it, and meanwhile the old one signs in", async () => {
  const user = await newUser(PROVEN);
  const own = await signedIn(user);
  const other = await signedIn(user);
  const email = address("new");
  const { user: waiting } = await updateUser(own, user.id, { email });
  assert.deepEqual([waiting.email, waiting.pendingEmail], [user.email, email]);
  await logIn(client(), { email: user.email, password: PASSWORD });
  await assert.rejects(logIn(client(), { email, password: PASSWORD }), refusedAs("invalid_credentials"));
  assert.deepEqual(await kindsTo(user.email), ["new_device", "new_device", "new_device"]);

  const { user: changed } = await verifyEmail(own, { token: await mailedToken("verify_change", email) });
  assert.deepEqual([changed.email, changed.pendingEmail], [email, null]);
  assert.ok((changed.emailVerifiedAt ?? 0) > 1);
  assert.ok(await findSession(own.token), "the session that confirms goes on");
  assert.equal(await findSession(other.token), null, "all others end");
  assert.deepEqual(await kindsTo(email), ["verify_change", "email_changed"]);
  assert.equal((await kindsTo(user.email)).at(-1), "undo_change");
  await assert.rejects(logIn(client(), { email: user.email, password: PASSWORD }), refusedAs("invalid_credentials"));
  await logIn(client(), { email, password: PASSWORD });
});

test("confirmed on another device with the password, the session that asked for the change goes on, and no other", async () => {
  const user = await newUser(PROVEN);
  const [own, other] = [await signedIn(user), await signedIn(user)];
  const email = address("new");
  await updateUser(own, user.id, { email });
  await verifyEmail(client(), { token: await mailedToken("verify_change", email), password: PASSWORD });
  assert.ok(await findSession(own.token));
  assert.equal(await findSession(other.token), null);
});

test("who lets somebody confirm an address for an account that isn’t theirs loses the account to that mailbox", async () => {
  const attacker = await signedIn(await newUser(PROVEN));
  const email = address("victim");
  await updateUser(attacker, attacker.user.id, { email });
  const { isEnded } = await verifyEmail(client(), { token: await mailedToken("verify_change", email) });
  assert.equal(isEnded, true);
  assert.equal(await findSession(attacker.token), null);
  await assert.rejects(logIn(client(), { email, password: PASSWORD }), refusedAs("invalid_credentials"));
});

test("the current address, in whatever letters, forgets one that is waiting, and its link ends", async () => {
  const own = await signedIn(await newUser(PROVEN));
  const email = address("typo");
  await updateUser(own, own.user.id, { email });
  const token = await mailedToken("verify_change", email);
  const now = { ...own, user: (await findUserById(own.user.id)) ?? assert.fail() };
  const { user } = await updateUser(now, own.user.id, { email: own.user.email.toUpperCase() });
  assert.deepEqual([user.email, user.pendingEmail, user.emailVerifiedAt], [own.user.email.toUpperCase(), null, 1]);
  await assert.rejects(verifyEmail(now, { token }), refusedAs("invalid_link"));
});

test("of two changes the last one counts, and only its link works", async () => {
  const own = await signedIn(await newUser(PROVEN));
  const [first, second] = [address("first"), address("second")];
  await Promise.all([first, second].map((email) => updateUser(own, own.user.id, { email })));
  const { pendingEmail } = (await findUserById(own.user.id)) ?? assert.fail();
  const loser = pendingEmail === first ? second : first;
  await assert.rejects(verifyEmail(own, { token: await mailedToken("verify_change", loser) }), refusedAs("invalid_link"));
  const { user } = await verifyEmail(own, { token: await mailedToken("verify_change", pendingEmail ?? "") });
  assert.equal(user.email, pendingEmail);
});

test("an address that somebody else has taken meanwhile is never confirmed, and of two who confirm it one gets it", async () => {
  const [one, two] = [await signedIn(await newUser(PROVEN)), await signedIn(await newUser(PROVEN))];
  const email = address("both");
  await updateUser(one, one.user.id, { email });
  const first = await mailedToken("verify_change", email);
  await updateUser(two, two.user.id, { email: email.toUpperCase() });
  const second = await mailedToken("verify_change", email.toUpperCase());
  const results = await Promise.allSettled([verifyEmail(one, { token: first }), verifyEmail(two, { token: second })]);
  const refused = results.filter((result) => result.status === "rejected");
  assert.equal(refused.length, 1);
  refusedAs("user_already_exists", "email")(refused[0]?.reason);

  const three = await signedIn(await newUser(PROVEN));
  const wanted = address("registered");
  await updateUser(three, three.user.id, { email: wanted });
  await registerUser(client(), registration(wanted));
  const late = verifyEmail(three, { token: await mailedToken("verify_change", wanted) });
  await assert.rejects(late, refusedAs("user_already_exists", "email"));
  assert.equal((await findUserById(three.user.id))?.email, three.user.email);
});

test("the old mailbox takes the account back, also after the password was changed, and a thief can’t change anything again", async () => {
  const owner = await newUser(PROVEN);
  const thief = await signedIn(owner);
  const email = address("thief");
  await updateUser(thief, owner.id, { email });
  await verifyEmail(thief, { token: await mailedToken("verify_change", email) });
  const now = { ...thief, user: (await findUserById(owner.id)) ?? assert.fail() };
  const { token } = await changePassword(now, { current_password: PASSWORD, new_password: NEW });
  await undoEmailChange(client(), { token: await mailedToken("undo_change", owner.email) });
  assert.equal(await findSession(token), null);
  const again = await logIn(client(), { email: owner.email, password: NEW });
  assert.ok(again.kind === "session");
  const back = callerFrom("192.0.2.9", "curl/8.5.0", again);
  await assert.rejects(updateUser(back, owner.id, { email, current_password: NEW }), refusedAs("reset_required"));
  await assert.rejects(changePassword(back, { current_password: NEW, new_password: PASSWORD }), refusedAs("reset_required"));
  await updateUser(back, owner.id, { bio: "still possible" });
  await resetPassword(client(), { token: await mailedToken("reset", owner.email), new_password: "Owner horse 9 battery" });
  const own = await logIn(client(), { email: owner.email, password: "Owner horse 9 battery" });
  assert.ok(own.kind === "session");
  await updateUser(callerFrom("192.0.2.9", "curl/8.5.0", own), owner.id, { email: address("chosen") });
  await assert.rejects(undoEmailChange(client(), { token: await mailedToken("undo_change", owner.email) }), refusedAs("invalid_link"));
});

test("of several changes each old address can undo to itself, and the oldest wins", async () => {
  for (const order of [[0], [1, 0], [0, 1], [2, 1, 0]]) {
    const { emails, userId } = await chainOfChanges();
    let eldest = Number.POSITIVE_INFINITY;
    for (const at of order) {
      const undo = undoEmailChange(client(), { token: await mailedToken("undo_change", emails[at] ?? "") });
      if (at > eldest) {
        await assert.rejects(undo, refusedAs("invalid_link"));
        continue;
      }
      assert.equal((await undo).user.email, emails[at]);
      eldest = at;
    }
    assert.equal((await findUserById(userId))?.email, emails[eldest]);
  }
});

test("while a change can be undone, nobody else gets the old address; after seven days it is free", async (t) => {
  const wait = passingTime(t);
  const { emails, userId } = await chainOfChanges();
  const [old = ""] = emails;
  await assert.rejects(registerUser(client(), registration(old.toUpperCase())), refusedAs("user_already_exists", "email"));
  const other = await signedIn(await newUser(PROVEN));
  await assert.rejects(updateUser(other, other.user.id, { email: old }), refusedAs("user_already_exists", "email"));
  const token = await mailedToken("undo_change", old);
  wait(7 * DAY_MS);
  await assert.rejects(undoEmailChange(client(), { token }), refusedAs("invalid_link"));
  await registerUser(client(), registration(old));
  assert.equal((await findUserByEmail(old))?.id === userId, false);
});

test("an undo and another change at once: the old mailbox has the account in the end", async () => {
  for (let i = 0; i < 5; i++) {
    const owner = await newUser(PROVEN);
    const thief = await signedIn(owner);
    const [first, second] = [address("thief"), address("thief")];
    await updateUser(thief, owner.id, { email: first });
    await verifyEmail(thief, { token: await mailedToken("verify_change", first) });
    const now = { ...thief, user: (await findUserById(owner.id)) ?? assert.fail() };
    await updateUser(now, owner.id, { email: second });
    const confirm = await mailedToken("verify_change", second);
    const undo = await mailedToken("undo_change", owner.email);
    await Promise.allSettled([verifyEmail(now, { token: confirm }), undoEmailChange(client(), { token: undo })]);
    await undoEmailChange(client(), { token: undo }).catch(() => {});
    const { email, pendingEmail } = (await findUserById(owner.id)) ?? assert.fail();
    assert.deepEqual([email, pendingEmail], [owner.email, null]);
  }
});

test("a link for a waiting address works for a day, and a newer one takes its place", async (t) => {
  const wait = passingTime(t);
  const own = await signedIn(await newUser(PROVEN));
  const email = address("new");
  const { user } = await updateUser(own, own.user.id, { email });
  const first = await mailedToken("verify_change", email);
  const now = { ...own, user };
  assert.deepEqual(await sendVerification(now), { sentTo: email });
  await assert.rejects(verifyEmail(now, { token: first }), refusedAs("invalid_link"));
  const second = await mailedToken("verify_change", email);
  wait(DAY_MS);
  await assert.rejects(verifyEmail(now, { token: second }), refusedAs("invalid_link"));
});

test("one mailbox gets three links an hour, whoever wants to change to it", async () => {
  const email = address("victim");
  for (let i = 0; i < 3; i++) {
    const own = await signedIn(await newUser(PROVEN));
    await updateUser(own, own.user.id, { email });
  }
  const own = await signedIn(await newUser(PROVEN));
  await assert.rejects(updateUser(own, own.user.id, { email }), refusedAs("rate_limited", "email"));
  assert.equal((await findUserById(own.user.id))?.pendingEmail, null);
  assert.equal((await kindsTo(email)).length, 3);
});

test("nothing is sent to confirm what is confirmed", async () => {
  const own = await signedIn(await newUser(PROVEN));
  assert.deepEqual(await sendVerification(own), { sentTo: null });
  assert.deepEqual(await kindsTo(own.user.email), ["new_device"]);
});

test("“That wasn’t me” ends all sessions, keeps address and password as they are until the next reset, and works for a week", async (t) => {
  const wait = passingTime(t);
  const user = await newUser(PROVEN);
  const thief = await signedIn(user);
  await updateUser(thief, user.id, { email: address("thief") });
  const token = await mailedToken("new_device", user.email);
  wait(7 * DAY_MS - 1);
  assert.deepEqual(await sayNotMe(client(), { token }), { userId: user.id, sessionsEnded: 1 });
  await assert.rejects(sayNotMe(client(), { token }), refusedAs("invalid_link"));
  assert.equal(await findSession(thief.token), null);
  const { pendingEmail, changesBlockedAt } = (await findUserById(user.id)) ?? assert.fail();
  assert.equal(pendingEmail, null);
  assert.ok(changesBlockedAt);
  const again = await logIn(client(), { email: user.email, password: PASSWORD });
  assert.ok(again.kind === "session");
  const back = callerFrom("192.0.2.9", "curl/8.5.0", again);
  await assert.rejects(changePassword(back, { current_password: PASSWORD, new_password: NEW }), refusedAs("reset_required"));
  await resetPassword(client(), { token: await mailedToken("reset", user.email), new_password: NEW });
  assert.equal((await findUserById(user.id))?.changesBlockedAt, null);
});

test("a device is told by mail only if neither the browser nor the address is known", async () => {
  const user = await newUser(PROVEN);
  const at = (ip: string, browser: string | null) => openSession(callerFrom(ip, null, { browser }), user, "browser");
  await at("192.0.2.50", "desk");
  assert.equal((await kindsTo(user.email)).length, 1);
  await at("192.0.2.50", "other browser at home");
  await at("198.51.100.9", "desk");
  assert.equal((await kindsTo(user.email)).length, 1);
  await at("203.0.113.9", "elsewhere");
  assert.deepEqual(await kindsTo(user.email), ["new_device", "new_device"]);
});

/** A user who has changed the address three times: the addresses, the first one first. */
async function chainOfChanges(): Promise<{ emails: string[]; userId: number }> {
  const user = await newUser(PROVEN);
  const own = await signedIn(user);
  const emails = [user.email, address("second"), address("third"), address("fourth")];
  for (const email of emails.slice(1)) {
    const now = { ...own, user: (await findUserById(user.id)) ?? assert.fail() };
    await updateUser(now, user.id, { email, current_password: PASSWORD });
    await verifyEmail(now, { token: await mailedToken("verify_change", email) });
  }
  return { emails, userId: user.id };
}

const kindsTo = async (email: string) => (await mailsTo(email)).map(({ kind }) => kind);

const registration = (email = address("registered")) =>
  parseInput(RegisterInput, { email, username: `somebody-${++made}`, password: PASSWORD });

async function signedIn(user: User): Promise<SignedIn & { token: string }> {
  const { token, session } = (await openSession(client(), user, "token")) ?? assert.fail();
  return { ...callerFrom(client().ip, "curl/8.5.0", { user, session }), token };
}
