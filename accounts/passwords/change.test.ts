import assert from "node:assert/strict";
import { test } from "node:test";
import { type Caller, callerFrom, type SignedIn } from "#accounts/caller.ts";
import { AccountsError } from "#accounts/errors.ts";
import { loginLimits } from "#accounts/limits/login-attempts.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { findSession, revokeSession } from "#accounts/sessions/sessions.ts";
import { loggedIn } from "#accounts/testing.ts";
import { findUserById } from "#accounts/users/users.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { changePassword } from "./change.ts";

await freshDatabase();

const NEW = "Another horse 8 battery";
let clients = 0;
const client = () => callerFrom(`127.2.${++clients >> 8}.${clients & 255}`, "curl/8.5.0");

test("a changed password ends all other sessions and gives this one a new token", async () => {
  const [asks, other] = [await signedIn(), await signedIn()];
  const second = (await openSession(client(), asks.user, "token")) ?? assert.fail();
  const { token, session, sessionsEnded } = await changePassword(asks, { current_password: PASSWORD, new_password: NEW });
  assert.equal(sessionsEnded, 1);
  assert.equal(session.id, asks.session.id);
  assert.equal((await findSession(token))?.user.id, asks.user.id);
  for (const dead of [asks.token, second.token]) assert.equal(await findSession(dead), null);
  assert.ok(await findSession(other.token), "other people are left alone");
  await assert.rejects(logIn(client(), { email: asks.user.email, password: PASSWORD }), refusedAs("invalid_credentials"));
  assert.ok(await logIn(client(), { email: asks.user.email, password: NEW }));
});

test("a wrong current password changes nothing, and after five the session has to wait", async () => {
  const asks = await signedIn();
  for (let i = 0; i < 5; i++) {
    await assert.rejects(
      changePassword(asks, { current_password: "Wrong horse 7", new_password: NEW }),
      refusedAs("wrong_password", "current_password"),
    );
  }
  await assert.rejects(changePassword(asks, { current_password: PASSWORD, new_password: NEW }), refusedAs("rate_limited"));
  assert.equal((await findUserById(asks.user.id))?.passwordHash, asks.user.passwordHash);
  assert.ok(await findSession(asks.token));
});

test("a common password, one's own name and the same password again are refused", async () => {
  const asks = await signedIn();
  for (const new_password of ["Password1", "Latchkey1", `${asks.user.username}x1`.replace("x1", "9"), PASSWORD]) {
    await assert.rejects(
      changePassword(asks, { current_password: PASSWORD, new_password }),
      refusedAs("validation_failed", "new_password"),
      new_password,
    );
  }
  assert.ok(await findSession(asks.token));
});

test("a changed password forgets every device but the one it is changed from", async () => {
  const user = await newUser();
  const email = user.email;
  const [thief, own] = [callerFrom("203.0.113.66", null, { browser: "thief" }), callerFrom("192.0.2.9", null, { browser: "own" })];
  await logIn(thief, { email, password: PASSWORD });
  const { session } = await loggedIn(own, { email, password: PASSWORD });
  const names = async (caller: Caller) => (await loginLimits(caller, user.emailCanonical, user)).map(({ name }) => name);
  assert.deepEqual(await names(thief), ["login_device"]);
  await changePassword(callerFrom(own.ip, null, { browser: own.browser, user, session }), {
    current_password: PASSWORD,
    new_password: NEW,
  });
  assert.equal((await names(thief)).length, 3, "unknown again");
  assert.deepEqual(await names(own), ["login_device"]);
});

test("of two simultaneous changes one wins, and only its password and token work", async () => {
  const asks = await signedIn();
  const passwords = ["First horse 8 battery", "Second horse 9 battery"];
  const results = await Promise.allSettled(
    passwords.map((new_password) => changePassword(asks, { current_password: PASSWORD, new_password })),
  );
  const winner = results.findIndex(({ status }) => status === "fulfilled");
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
  assert.ok(await logIn(client(), { email: asks.user.email, password: passwords[winner] ?? "" }));
  await assert.rejects(
    logIn(client(), { email: asks.user.email, password: passwords[1 - winner] ?? "" }),
    refusedAs("invalid_credentials"),
  );
});

test("a session that ended meanwhile changes no password", async () => {
  const asks = await signedIn();
  const change = changePassword(asks, { current_password: PASSWORD, new_password: NEW });
  await revokeSession(asks, asks.session.id);
  await assert.rejects(change, AccountsError);
  assert.equal((await findUserById(asks.user.id))?.passwordHash, asks.user.passwordHash);
});

test("a log-in with the old password that was under way opens nothing", async () => {
  const asks = await signedIn();
  const racing = Array.from({ length: 10 }, () => loggedIn(client(), { email: asks.user.email, password: PASSWORD }));
  const settled = Promise.allSettled(racing);
  await changePassword(asks, { current_password: PASSWORD, new_password: NEW });
  for (const result of await settled) if (result.status === "fulfilled") assert.equal(await findSession(result.value.token), null);
});

async function signedIn(): Promise<SignedIn & { token: string }> {
  const user = await newUser();
  const { token, session } = (await openSession(client(), user, "token")) ?? assert.fail();
  return { ...callerFrom(client().ip, "curl/8.5.0", { user, session }), token };
}

function refusedAs(code: string, field?: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AccountsError, String(error));
    assert.deepEqual([error.code, error.fields[0]?.field], [code, field]);
    return true;
  };
}
