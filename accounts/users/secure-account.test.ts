import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { callerFrom, type SignedIn } from "#accounts/caller.ts";
import { DAY_MS, MINUTE_MS } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { NewTokenInput } from "#accounts/contract/token-schemas.ts";
import type { Passkey } from "#accounts/factors/passkey-answers.ts";
import { newPasskeyOptions } from "#accounts/factors/passkey-options.ts";
import { addPasskey } from "#accounts/factors/passkeys.ts";
import { prepareSecretKey } from "#accounts/factors/secret-keys.ts";
import { Authenticator, codeOf } from "#accounts/factors/testing.ts";
import { confirmTotp, removeTotp, startTotp } from "#accounts/factors/totp.ts";
import { isKnownBrowser, isTrustedBrowser, trustBrowser } from "#accounts/limits/known-devices.ts";
import { changePassword } from "#accounts/passwords/change.ts";
import { requestReset, resetPassword } from "#accounts/passwords/reset.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { createPersonalToken } from "#accounts/sessions/personal-tokens.ts";
import { findPageSession, findSession } from "#accounts/sessions/sessions.ts";
import { loggedIn, mailedToken, mailsTo, passingTime, refusedAs } from "#accounts/testing.ts";
import { freshDatabase, freshFolder, newUser, PASSWORD } from "#db/testing.ts";
import { verifyEmail } from "./email-proof.ts";
import { recentChanges, secureAccount } from "./secure-account.ts";
import { findUserById, updateUser } from "./users.ts";

process.env.SECRET_KEY_FILE = join(freshFolder(), "secret.key");
await freshDatabase();
await prepareSecretKey();

let clients = 0;

async function signedIn(email: string, browser: string | null = null): Promise<SignedIn> {
  const visitor = callerFrom(`127.8.${++clients >> 8}.${clients & 255}`, "curl/8.5.0", { browser });
  return callerFrom(visitor.ip, "curl/8.5.0", { ...(await loggedIn(visitor, { email, password: PASSWORD })), browser });
}

const fresh = async (caller: SignedIn): Promise<SignedIn> => ({ ...caller, user: (await findUserById(caller.user.id)) ?? assert.fail() });

/** What changed, as words, with what undoes it. */
async function changesOf(caller: SignedIn) {
  const changes = await recentChanges(await fresh(caller));
  return changes.map(({ event, undo }) => [event.type, undo && (undo.value === null ? undo.kind : `${undo.kind} ${undo.value}`)]);
}

test("securing an account ends everything but the session that does it, and tells the user by mail", async () => {
  const { email, id } = await newUser({ emailVerifiedAt: 1, pendingEmail: "thief@example.org" });
  const thief = await signedIn(email, "browser-thief");
  await commit(thief, (tx) => ({ trust: trustBrowser(tx, thief, id) }));
  const token = await createPersonalToken(thief, parseInput(NewTokenInput, { name: "x" }));
  const page = await openSession(thief, thief.user, "lasting");
  await requestReset(thief, { email });
  const link = await mailedToken("reset", email);
  const owner = await signedIn(email, "browser-owner");
  await commit(owner, (tx) => ({ trust: trustBrowser(tx, owner, id) }));

  assert.deepEqual(await secureAccount(owner, {}), { sessionsEnded: 3 });
  assert.equal(await findSession(token.token), null);
  assert.equal(await findPageSession(page?.token ?? ""), null);
  await assert.rejects(updateUser(thief, id, { bio: "mine" }), refusedAs("invalid_token"));
  await assert.rejects(resetPassword(thief, { token: link, new_password: "Another horse 8 battery" }), refusedAs("invalid_link"));
  assert.deepEqual([await isTrustedBrowser(thief, id), await isKnownBrowser(thief, id)], [false, false]);
  assert.deepEqual([await isTrustedBrowser(owner, id), await isKnownBrowser(owner, id)], [true, true]);
  assert.equal((await findUserById(id))?.pendingEmail, null);
  assert.equal((await mailsTo(email)).at(-1)?.kind, "account_secured");
  await changePassword(await fresh(owner), { current_password: PASSWORD, new_password: "Another horse 8 battery" });
});

test("a log-in that began before with the old password opens no session", async () => {
  const { email } = await newUser();
  const owner = await signedIn(email);
  const before = await findUserById(owner.user.id);
  await secureAccount(owner, {});
  assert.equal(await openSession(callerFrom("192.0.2.3", null), before ?? assert.fail(), "token"), null);
});

test("some minutes after the log-in the password is asked for, and a wrong one changes nothing", async (t) => {
  const pass = passingTime(t);
  const { email } = await newUser();
  const other = await signedIn(email);
  const owner = await signedIn(email);
  pass(11 * MINUTE_MS);
  await assert.rejects(secureAccount(owner, {}), refusedAs("recent_login_required", "current_password"));
  await assert.rejects(secureAccount(owner, { current_password: "Wrong horse 7" }), refusedAs("wrong_password", "current_password"));
  await updateUser(other, other.user.id, { bio: "still here" });
  assert.deepEqual(await secureAccount(owner, { current_password: PASSWORD }), { sessionsEnded: 1 });
});

test("changes of the last 30 days are listed, each with what undoes it as long as that is needed", async (t) => {
  const pass = passingTime(t);
  const { email, username } = await newUser({ emailVerifiedAt: 1 });
  const owner = await signedIn(email);
  await updateUser(await fresh(owner), owner.user.id, { username: `${username}-x`, bio: "not listed" });
  const changed = await changePassword(await fresh(owner), { current_password: PASSWORD, new_password: `${PASSWORD} 2` });
  assert.deepEqual(await changesOf(owner), [
    ["password.changed", null],
    ["username.changed", `username ${username}`],
  ]);
  await updateUser({ ...(await fresh(owner)), session: changed.session }, owner.user.id, { username });
  assert.deepEqual(await changesOf(owner), [
    ["username.changed", null],
    ["password.changed", null],
    ["username.changed", null],
  ]);
  pass(31 * DAY_MS);
  assert.deepEqual(await changesOf(owner), []);
});

test("an authenticator app can be removed and a new address changed back, until they are", async () => {
  const { email } = await newUser({ emailVerifiedAt: 1 });
  const owner = await signedIn(email);
  const { secret } = await startTotp(owner, {});
  await confirmTotp(owner, { code: codeOf(secret) });
  assert.deepEqual(await changesOf(owner), [["factor.added", "totp"]]);
  await removeTotp(await fresh(owner), {});
  assert.deepEqual(await changesOf(owner), [
    ["factor.removed", null],
    ["factor.added", null],
  ]);
  const other = `new.${email}`;
  await updateUser(await fresh(owner), owner.user.id, { email: other });
  await verifyEmail(await fresh(owner), { token: await mailedToken("verify_change", other) });
  const [change] = await recentChanges(await fresh(owner));
  assert.deepEqual([change?.event.type, change?.undo?.kind, change?.undo?.value], ["email.changed", "email", email]);
  assert.ok((change?.undo?.until ?? 0) > Date.now() + 6 * DAY_MS, "the link in the old mailbox");
});

test("each passkey can be removed, until it is", async () => {
  const owner = await signedIn((await newUser({ emailVerifiedAt: 1 })).email);
  const added: Passkey[] = [];
  for (let i = 0; i < 2; i++) {
    const answer = new Authenticator(config().publicUrl).create(await newPasskeyOptions(await fresh(owner), {}));
    added.push((await addPasskey(await fresh(owner), { passkey: answer })).passkey);
  }
  const undone = async () => (await changesOf(owner)).filter(([type]) => type === "passkey.added").map(([, undo]) => undo);
  assert.deepEqual(await undone(), [`passkey ${added[1]?.id}`, `passkey ${added[0]?.id}`]);
});

test("nobody else can secure an account, nor can a personal access token", async () => {
  const { email } = await newUser();
  const owner = await signedIn(email);
  const { token } = await createPersonalToken(owner, parseInput(NewTokenInput, { name: "x" }));
  await assert.rejects(secureAccount(callerFrom("192.0.2.4", null), {}), refusedAs("authentication_required"));
  const byToken = callerFrom("192.0.2.4", null, (await findSession(token)) ?? assert.fail());
  await assert.rejects(secureAccount(byToken, { current_password: PASSWORD }), refusedAs("not_permitted"));
  await assert.rejects(recentChanges(byToken), refusedAs("not_permitted"));
  assert.ok(await logIn(callerFrom("192.0.2.4", null), { email, password: PASSWORD }));
});
