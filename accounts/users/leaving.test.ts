import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { and, eq } from "drizzle-orm";
import { callerFrom, operator, type SignedIn, type User } from "#accounts/caller.ts";
import { clock, DAY_MS, HOUR_MS, instantText, MINUTE_MS } from "#accounts/clock.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { DeleteAccountInput } from "#accounts/contract/leaving-schemas.ts";
import { sayNotMe } from "#accounts/emails/not-me.ts";
import { AccountsError } from "#accounts/errors.ts";
import { finishLogIn } from "#accounts/factors/second-factor.ts";
import { prepareSecretKey } from "#accounts/factors/secret-keys.ts";
import { codeOf, wrongCode } from "#accounts/factors/testing.ts";
import { confirmTotp, startTotp } from "#accounts/factors/totp.ts";
import { deleteUser, setUserStatus } from "#accounts/operator.ts";
import { requestReset, resetPassword } from "#accounts/passwords/reset.ts";
import { purge } from "#accounts/retention/purge.ts";
import { comeBack, logIn } from "#accounts/sessions/log-in.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { loggedIn, mailedToken, mailsTo, passingTime, refusedAs, statusChanges } from "#accounts/testing.ts";
import { deletions } from "#db/deletions-schema.ts";
import { db } from "#db/engine.ts";
import { auditEvents, emails, knownDevices, sessions, users } from "#db/schema.ts";
import { freshDatabase, freshFolder, newUser, PASSWORD } from "#db/testing.ts";
import { deactivateAccount, deleteAccount } from "./leaving.ts";
import { findUserById } from "./users.ts";

process.env.SECRET_KEY_FILE = join(freshFolder(), "secret.key");
await freshDatabase();
await prepareSecretKey();

let made = 0;
const client = () => callerFrom(`127.7.0.${++made}`, "curl/8.5.0");

async function signedIn(user: User, wish?: Parameters<typeof logIn>[3]): Promise<SignedIn> {
  const opened = await loggedIn(client(), { email: user.email, password: PASSWORD }, "token", wish);
  return callerFrom(`127.7.0.${made}`, "curl/8.5.0", opened);
}

const deletion = (user: User, more: object = {}) => parseInput(DeleteAccountInput, { username: user.username, ...more });
const kindsTo = async ({ email }: User) => (await mailsTo(email)).map(({ kind }) => kind).filter((kind) => kind !== "new_device");

test("who deactivates the account is signed out everywhere, told by mail, and back after a log-in that says so", async () => {
  const user = await newUser();
  const [one, other] = [await loggedIn(client(), { email: user.email, password: PASSWORD }), await signedIn(user)];
  assert.deepEqual((await deactivateAccount(other, {})).sessionsEnded, 2);
  assert.equal(await findSession(one.token), null);
  const credentials = { email: user.email, password: PASSWORD };
  await assert.rejects(logIn(client(), credentials), (error) => {
    assert.ok(error instanceof AccountsError);
    assert.deepEqual([error.code, error.members], ["account_inactive", { reactivation: true }]);
    return true;
  });
  await assert.rejects(logIn(client(), { ...credentials, password: "Wrong horse 7", reactivate: true }), refusedAs("invalid_credentials"));
  await assert.rejects(logIn(client(), credentials, "token", "keep"), refusedAs("account_inactive"));
  const back = await loggedIn(client(), { ...credentials, reactivate: true });
  assert.deepEqual([back.user.status, back.user.inactiveBy], ["active", null]);
  assert.ok(await findSession(back.token));
  assert.deepEqual(await statusChanges(user.id), ["active → inactive", "inactive → active"]);
  assert.deepEqual(await kindsTo(user), ["deactivated_by_user", "reactivated"]);
});

test("only an own wish can be taken back: what the operator has decided stays", async () => {
  const user = await newUser();
  await deactivateAccount(await signedIn(user), {});
  await setUserStatus(operator, await read(user), "inactive");
  await assert.rejects(logIn(client(), { email: user.email, password: PASSWORD, reactivate: true }), refusedAs("account_inactive"));
  await setUserStatus(operator, await read(user), "suspended", { reason: "Spam" });
  await assert.rejects(logIn(client(), { email: user.email, password: PASSWORD, reactivate: true }), /suspended. Reason: Spam./);
});

test("leaving needs a recent log-in or the password, and no open dispute", async (t) => {
  const pass = passingTime(t);
  const user = await newUser();
  const caller = await signedIn(user);
  pass(HOUR_MS);
  await assert.rejects(deactivateAccount(caller, {}), refusedAs("recent_login_required", "current_password"));
  await assert.rejects(deleteAccount(caller, deletion(user)), refusedAs("recent_login_required", "current_password"));
  await assert.rejects(
    deleteAccount(caller, deletion(user, { current_password: "Wrong horse 7" })),
    refusedAs("wrong_password", "current_password"),
  );
  await db().update(users).set({ changesBlockedAt: clock.now() }).where(eq(users.id, user.id));
  const blocked = callerFrom(caller.ip, null, { session: caller.session, user: await read(user) });
  await assert.rejects(deactivateAccount(blocked, { current_password: PASSWORD }), refusedAs("reset_required"));
  await assert.rejects(deleteAccount(blocked, deletion(user, { current_password: PASSWORD })), refusedAs("reset_required"));
  assert.equal((await read(user)).status, "active");
});

test("the username has to be typed again, in any case of letters", async () => {
  const user = await newUser();
  const caller = await signedIn(user);
  await assert.rejects(deleteAccount(caller, deletion(user, { username: "somebody.else" })), refusedAs("validation_failed", "username"));
  await deleteAccount(caller, deletion(user, { username: ` ${user.username.toUpperCase()} ` }));
  assert.equal((await read(user)).status, "deleting");
});

test("a whole deletion: gone at once, names reserved, reminded two days before, erased after fourteen days in one commit", async (t) => {
  const pass = passingTime(t);
  const user = await newUser({ bio: "canary-bio", contactInformation: "canary-contact" });
  const caller = await signedIn(user);
  const { deletesAt } = await deleteAccount(caller, deletion(user));
  assert.equal(deletesAt, clock.now() + 14 * DAY_MS);
  assert.equal(await db().$count(sessions, eq(sessions.userId, user.id)), 0);
  await assert.rejects(newUser({ username: user.username, usernameCanonical: user.usernameCanonical }), "the names are taken");
  await assert.rejects(logIn(client(), { email: user.email, password: PASSWORD, reactivate: true }), (error) => {
    assert.ok(error instanceof AccountsError);
    assert.deepEqual([error.code, error.members], ["account_deleting", { deletes_at: instantText(deletesAt) }]);
    return true;
  });
  assert.deepEqual(await kindsTo(user), ["deletion_started"]);
  pass(12 * DAY_MS - 1);
  await purge();
  assert.deepEqual(await kindsTo(user), ["deletion_started"]);
  pass(1);
  for (let time = 0; time < 2; time++) await purge();
  assert.deepEqual(await kindsTo(user), ["deletion_started", "deletion_soon"]);
  pass(2 * DAY_MS - 1);
  await purge();
  assert.equal((await read(user)).status, "deleting");
  pass(1);
  await purge();
  assert.equal(await findUserById(user.id), null);
  const left = await db().select().from(auditEvents).where(eq(auditEvents.userId, user.id));
  assert.ok(left.length > 2 && left.every(({ ip, device, detail }) => ip === null && device === null && detail === null));
  assert.equal(left.at(-1)?.type, "user.deleted");
  assert.equal(await db().$count(knownDevices, eq(knownDevices.userId, user.id)), 0);
  assert.deepEqual(await kindsTo(user), ["deleted"], "of the mails only the last one is there");
  assert.match((await mailsTo(user.email))[0]?.text ?? "", /as you asked[\s\S]*last email/);
  assert.deepEqual(await db().select().from(deletions).where(eq(deletions.userId, user.id)), [
    { userId: user.id, registeredAt: user.createdAt, deletedAt: clock.now() },
  ]);
  await newUser({ username: user.username, usernameCanonical: user.usernameCanonical });
});

test("who logs in by “cancel deletion” keeps the account, and it isn’t deleted later", async (t) => {
  const pass = passingTime(t);
  const user = await newUser();
  await deleteAccount(await signedIn(user), deletion(user));
  pass(13 * DAY_MS);
  await purge();
  const kept = await signedIn(user, "keep");
  assert.deepEqual([kept.user.status, kept.user.statusUntil], ["active", null]);
  pass(30 * DAY_MS);
  await purge();
  assert.equal((await read(user)).status, "active");
  assert.deepEqual(await statusChanges(user.id), [
    `active → deleting until ${instantText(kept.session.createdAt + DAY_MS)}`,
    "deleting → active",
  ]);
  assert.ok((await kindsTo(user)).every((kind) => kind !== "deleted"));
});

test("at the instant of its deletion an account is either kept or deleted, never half", async (t) => {
  const pass = passingTime(t);
  for (let round = 0; round < 4; round++) {
    const user = await newUser();
    await deleteAccount(await signedIn(user), deletion(user));
    pass(14 * DAY_MS);
    const [back] = await Promise.allSettled([logIn(client(), { email: user.email, password: PASSWORD }, "token", "keep"), purge()]);
    const left = await findUserById(user.id);
    assert.equal(left === null, back.status === "rejected");
    if (left) assert.equal(left.status, "active");
  }
});

test("a page asks first: the right password gives a challenge, its confirmation the session", async () => {
  const user = await newUser();
  await deactivateAccount(await signedIn(user), {});
  const visitor = client();
  const asked = await logIn(visitor, { email: user.email, password: PASSWORD }, "browser", "ask");
  assert.ok(asked.kind === "challenge");
  assert.equal(asked.purpose, "return");
  assert.equal((await read(user)).status, "inactive", "the question alone changes nothing");
  await assert.rejects(finishLogIn(visitor, { challenge: asked.challenge, code: "000000" }), AccountsError);
  const back = await comeBack(visitor, asked.challenge);
  assert.ok(back.kind === "session");
  assert.equal(back.session.kind, "browser");
  await assert.rejects(comeBack(visitor, asked.challenge), refusedAs("invalid_challenge"));
});

test("with a second factor, neither coming back nor deleting now works without it", async (t) => {
  const pass = passingTime(t);
  const first = await signedIn(await newUser({ emailVerifiedAt: 1 }));
  const { secret } = await startTotp(first, {});
  await confirmTotp(first, { code: codeOf(secret) });
  const user = await read(first.user);
  const back = async (wish: "reactivate" | "keep") => {
    pass(MINUTE_MS); // each code counts once
    const visitor = client();
    const ending = await logIn(visitor, { email: user.email, password: PASSWORD }, "token", wish);
    assert.ok(ending.kind === "challenge" && ending.purpose === "login");
    const left = (await read(user)).status;
    await assert.rejects(finishLogIn(visitor, { challenge: ending.challenge, code: wrongCode(secret) }), refusedAs("invalid_code"));
    assert.equal((await read(user)).status, left, "the password alone changes nothing");
    return callerFrom(visitor.ip, "curl/8.5.0", await finishLogIn(visitor, { challenge: ending.challenge, code: codeOf(secret) }));
  };
  await deactivateAccount(callerFrom(first.ip, null, { user, session: first.session }), {});
  await deleteAccount(await back("reactivate"), deletion(user));
  const caller = await back("keep");
  const now = { when: "now", current_password: PASSWORD };
  pass(MINUTE_MS);
  await assert.rejects(deleteAccount(caller, deletion(user, { when: "now" })), refusedAs("recent_login_required", "current_password"));
  await assert.rejects(deleteAccount(caller, deletion(user, now)), refusedAs("validation_failed", "code"));
  await assert.rejects(deleteAccount(caller, deletion(user, { ...now, code: wrongCode(secret) })), refusedAs("validation_failed", "code"));
  assert.equal((await read(user)).status, "active");
  await deleteAccount(caller, deletion(user, { ...now, code: codeOf(secret) }));
  assert.equal(await findUserById(user.id), null);
});

test("deleted now, everything is gone at once, and the last mail is the only one", async () => {
  const user = await newUser();
  await deleteAccount(await signedIn(user), deletion(user, { when: "now", current_password: PASSWORD }));
  assert.equal(await findUserById(user.id), null);
  assert.deepEqual(await kindsTo(user), ["deleted"]);
  assert.equal(await db().$count(emails, and(eq(emails.userId, user.id), eq(emails.kind, "new_device"))), 0);
});

test("“That wasn’t me” in the mail about the deletion stops it", async (t) => {
  const pass = passingTime(t);
  const user = await newUser();
  await deleteAccount(await signedIn(user), deletion(user));
  await sayNotMe(client(), { token: await mailedToken("deletion_started", user.email) });
  assert.equal((await read(user)).status, "active");
  pass(15 * DAY_MS);
  await purge();
  await requestReset(client(), { email: user.email });
  await resetPassword(client(), { token: await mailedToken("reset", user.email), new_password: "Another horse 8 battery" });
  await loggedIn(client(), { email: user.email, password: "Another horse 8 battery" });
});

test("the operator can stop a deletion, also by a suspension, and delete at once", async (t) => {
  const pass = passingTime(t);
  const [kept, held, gone] = [await newUser(), await newUser(), await newUser()];
  for (const user of [kept, held, gone]) await deleteAccount(await signedIn(user), deletion(user));
  await setUserStatus(operator, await read(kept), "active");
  await setUserStatus(operator, await read(held), "suspended", { reason: "Court order" });
  await assert.rejects(setUserStatus(operator, await read(gone), "inactive"), refusedAs("not_permitted"));
  await deleteUser(operator, await read(gone));
  pass(20 * DAY_MS);
  await purge();
  assert.deepEqual([(await read(kept)).status, (await read(held)).status, await findUserById(gone.id)], ["active", "suspended", null]);
});

async function read({ id }: User): Promise<User> {
  return (await findUserById(id)) ?? assert.fail("deleted");
}
