import assert from "node:assert/strict";
import { test } from "node:test";
import { and, eq } from "drizzle-orm";
import { callerFrom, operator, type SignedIn, type User } from "#accounts/caller.ts";
import { DAY_MS, HOUR_MS } from "#accounts/clock.ts";
import { purge } from "#accounts/retention/purge.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { passingTime, refusedAs } from "#accounts/testing.ts";
import { findUserById } from "#accounts/users/users.ts";
import { db } from "#db/engine.ts";
import { auditEvents, emails, knownDevices, links } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { changePassword } from "./change.ts";
import { makeResetLink, requestReset, resetPassword } from "./reset.ts";

await freshDatabase();

const NEW = "Another horse 8 battery";
let clients = 0;
const client = () => callerFrom(`127.6.${++clients >> 8}.${clients & 255}`, "curl/8.5.0");

const mailsTo = (recipient: string, kind: string) =>
  db()
    .select()
    .from(emails)
    .where(and(eq(emails.recipient, recipient), eq(emails.kind, kind)))
    .orderBy(emails.id);
const tokenIn = (text: string | null) => text?.match(/\?token=(\w+)/)?.[1] ?? assert.fail("no link in the mail");

/** The token of the newest reset link that was mailed to this address. */
async function mailedTo(recipient: string): Promise<string> {
  return tokenIn((await mailsTo(recipient, "reset")).at(-1)?.text ?? null);
}

async function asked(user: User): Promise<string> {
  await requestReset(client(), { email: user.email });
  return mailedTo(user.email);
}

test("a mailed link sets the password, proves the address, ends all sessions and opens none", async () => {
  const user = await newUser();
  const { token: session } = await signedIn(user);
  const other = await signedIn(await newUser());
  const token = await asked(user);
  const result = await resetPassword(client(), { token, new_password: NEW });
  assert.deepEqual(result, { userId: user.id, sessionsEnded: 1 });
  assert.equal(await findSession(session), null);
  assert.ok(await findSession(other.token), "other people are left alone");
  assert.ok((await findUserById(user.id))?.emailVerifiedAt);
  await assert.rejects(logIn(client(), { email: user.email, password: PASSWORD }), refusedAs("invalid_credentials"));
  await logIn(client(), { email: user.email, password: NEW });
  const types = (await db().select().from(auditEvents).where(eq(auditEvents.userId, user.id))).map(({ type }) => type);
  for (const type of ["reset.requested", "password.changed", "email.verified"]) assert.ok(types.includes(type), type);
  const [notice] = await mailsTo(user.email, "password_reset");
  assert.match(notice?.text ?? "", /\/not-me\/\?token=lkl_/);
});

test("a link works once, and of many uses at once one wins, whose password works", async () => {
  const user = await newUser();
  const token = await asked(user);
  const passwords = Array.from({ length: 8 }, (_, number) => `Racing horse ${number} battery`);
  const results = await Promise.allSettled(passwords.map((new_password) => resetPassword(client(), { token, new_password })));
  const winners = results.flatMap(({ status }, at) => (status === "fulfilled" ? [at] : []));
  assert.equal(winners.length, 1);
  for (const result of results) if (result.status === "rejected") refusedAs("invalid_link")(result.reason);
  await logIn(client(), { email: user.email, password: passwords[winners[0] ?? 0] ?? "" });
  await assert.rejects(resetPassword(client(), { token, new_password: NEW }), refusedAs("invalid_link"));
});

test("a link that is cut, extended, in other letters, made up, or of another kind does nothing", async () => {
  const user = await newUser();
  const token = await asked(user);
  const session = (await signedIn(user)).token;
  const notMe = tokenIn((await noticeOfReset())?.text ?? null);
  const wrong = [token.slice(0, -1), `${token}0`, token.toUpperCase(), ` ${token}`, `lkl_${"0".repeat(43)}`, session, notMe, "lkl_", ""];
  for (const token of wrong) await assert.rejects(resetPassword(client(), { token, new_password: NEW }), refusedAs("invalid_link"), token);
  assert.equal((await findUserById(user.id))?.passwordHash, user.passwordHash);
  await resetPassword(client(), { token, new_password: NEW });
});

test("a link ends after an hour, with a newer one, and when the password changes", async (t) => {
  const wait = passingTime(t);
  const user = await newUser();
  const first = await asked(user);
  const second = await asked(user);
  await assert.rejects(resetPassword(client(), { token: first, new_password: NEW }), refusedAs("invalid_link"));
  wait(HOUR_MS - 1);
  await assert.rejects(
    resetPassword(client(), { token: second, new_password: "Password1" }),
    refusedAs("validation_failed", "new_password"),
  );
  wait(1);
  await assert.rejects(resetPassword(client(), { token: second, new_password: NEW }), refusedAs("invalid_link"));
  const third = await asked(user);
  await changePassword(await signedIn(user), { current_password: PASSWORD, new_password: NEW });
  await assert.rejects(resetPassword(client(), { token: third, new_password: "Third horse 9 battery" }), refusedAs("invalid_link"));
  await asked(user);
  wait(HOUR_MS);
  await purge();
  assert.equal(await db().$count(links, and(eq(links.userId, user.id), eq(links.purpose, "reset"))), 0, "expired links are deleted");
});

test("a mailbox gets three links an hour and ten a day, and the last of them still works", async (t) => {
  const wait = passingTime(t);
  const user = await newUser();
  const ask = async (times: number) => {
    for (let i = 0; i < times; i++) await requestReset(client(), { email: user.email.toUpperCase() });
    return (await mailsTo(user.email, "reset")).length;
  };
  assert.equal(await ask(6), 3);
  wait(HOUR_MS);
  assert.equal(await ask(6), 6);
  wait(HOUR_MS);
  assert.equal(await ask(6), 9);
  wait(HOUR_MS);
  assert.equal(await ask(6), 10);
  await resetPassword(client(), { token: await mailedTo(user.email), new_password: NEW });
  wait(DAY_MS);
  assert.equal(await ask(1), 11);
});

test("an address without an account is told so once a day, and nothing of it is kept but the mail", async (t) => {
  const wait = passingTime(t);
  const email = "nobody@example.org";
  const events = await db().$count(auditEvents);
  for (let i = 0; i < 3; i++) await requestReset(client(), { email });
  assert.equal((await mailsTo(email, "reset_unknown")).length, 1);
  wait(DAY_MS);
  await requestReset(client(), { email });
  const mails = await mailsTo(email, "reset_unknown");
  assert.equal(mails.length, 2);
  for (const { text, userId } of mails) assert.deepEqual([userId, /token=/.test(text ?? "")], [null, false]);
  assert.equal(await db().$count(auditEvents), events);
});

test("one client gets twenty mails an hour sent, and then is refused, for known and unknown addresses alike", async () => {
  const from = client();
  for (let i = 0; i < 20; i++) await requestReset(from, { email: i % 2 ? (await newUser()).email : `unknown-${i}@example.org` });
  const user = await newUser();
  for (const email of [user.email, "other@example.org"]) await assert.rejects(requestReset(from, { email }), refusedAs("rate_limited"));
  assert.deepEqual(await mailsTo(user.email, "reset"), []);
  await requestReset(client(), { email: user.email });
  assert.equal((await mailsTo(user.email, "reset")).length, 1);
});

test("each address gets its own link: plus and dots are not folded", async () => {
  const users = await Promise.all(
    ["ann+x@example.org", "ann@example.org", "a.nn@example.org"].map((email) => newUser({ email, emailCanonical: email })),
  );
  for (const { email, id } of users) {
    await requestReset(client(), { email });
    const mails = await mailsTo(email, "reset");
    assert.deepEqual(
      mails.map(({ userId }) => userId),
      [id],
    );
  }
});

test("a suspended user gets a link and may set a password, but not sign in", async () => {
  const user = await newUser({ status: "suspended" });
  await resetPassword(client(), { token: await asked(user), new_password: NEW });
  await assert.rejects(logIn(client(), { email: user.email, password: NEW }), refusedAs("account_suspended"));
});

test("a reset forgets every device, lets changes be made again and forgets a new address that was waiting", async () => {
  const user = await newUser({ changesBlockedAt: 1, pendingEmail: "thief@example.org" });
  await signedIn(user);
  assert.ok((await db().$count(knownDevices, eq(knownDevices.userId, user.id))) > 0);
  await resetPassword(client(), { token: await asked(user), new_password: NEW });
  assert.equal(await db().$count(knownDevices, eq(knownDevices.userId, user.id)), 0);
  const { changesBlockedAt, pendingEmail } = (await findUserById(user.id)) ?? assert.fail();
  assert.deepEqual([changesBlockedAt, pendingEmail], [null, null]);
});

test("a log-in with the old password that was under way opens nothing", async () => {
  const user = await newUser();
  const token = await asked(user);
  const racing = Promise.allSettled(Array.from({ length: 6 }, () => logIn(client(), { email: user.email, password: PASSWORD })));
  await resetPassword(client(), { token, new_password: NEW });
  for (const result of await racing) {
    if (result.status === "fulfilled" && result.value.kind === "session") assert.equal(await findSession(result.value.token), null);
  }
});

test("the operator's link sets a password but proves no address, and only the operator makes one", async () => {
  const user = await newUser();
  const { url, expiresAt } = await makeResetLink(operator, user);
  assert.match(url, /^http:\/\/127\.0\.0\.1:8000\/reset-password\/\?token=lkl_\w{43}$/);
  assert.ok(expiresAt > Date.now());
  await resetPassword(client(), { token: tokenIn(url), new_password: NEW });
  assert.equal((await findUserById(user.id))?.emailVerifiedAt, null);
  await logIn(client(), { email: user.email, password: NEW });
  await assert.rejects(makeResetLink(await signedIn(await newUser()), user), /only the operator/);
});

async function noticeOfReset() {
  const user = await newUser();
  await resetPassword(client(), { token: await asked(user), new_password: NEW });
  return (await mailsTo(user.email, "password_reset")).at(-1);
}

async function signedIn(user: User): Promise<SignedIn & { token: string }> {
  const { token, session } = (await openSession(client(), user, "token")) ?? assert.fail();
  return { ...callerFrom(client().ip, "curl/8.5.0", { user, session }), token };
}
