import assert from "node:assert/strict";
import { test } from "node:test";
import { callerFrom } from "#accounts/caller.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { RegisterInput } from "#accounts/contract/schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import { requestReset, resetPassword } from "#accounts/passwords/reset.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { loggedIn, mailedToken, mailsTo, statusChanges } from "#accounts/testing.ts";
import { verifyEmail } from "#accounts/users/email-proof.ts";
import { publicUser, registerUser, updateUser } from "#accounts/users/users.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";

Object.assign(process.env, { REQUIRE_VERIFIED_EMAIL: "on", NOTICES: "essential" });
await freshDatabase();

let made = 0;
const client = () => callerFrom(`127.9.0.${++made}`, "curl/8.5.0");
const refused = (code: string) => (error: unknown) => error instanceof AccountsError && error.code === code;

test("who hasn’t proven the address can’t sign in, is mailed the link again, and can once it was used", async () => {
  const { user } = await registerUser(
    client(),
    parseInput(RegisterInput, { email: "new@example.org", username: "newcomer", password: PASSWORD }),
  );
  await assert.rejects(openSession(client(), user, "browser"), refused("email_unverified"));
  for (let i = 0; i < 5; i++) await assert.rejects(logIn(client(), { email: user.email, password: PASSWORD }), refused("email_unverified"));
  assert.equal((await mailsTo(user.email)).length, 1 + 3, "three an hour");
  assert.equal(publicUser(user).account_status, "pending");
  await verifyEmail(client(), { token: await mailedToken("verify", user.email), password: PASSWORD });
  const { user: proven } = await loggedIn(client(), { email: user.email, password: PASSWORD });
  assert.equal(publicUser(proven).account_status, "active");
  assert.deepEqual(await statusChanges(user.id), ["pending → active"], "so that services hear of it");
});

test("a wrong password, an unknown address and a suspended account are told nothing of it", async () => {
  const [user, suspended] = [await newUser(), await newUser({ status: "suspended" })];
  await assert.rejects(logIn(client(), { email: user.email, password: "Wrong horse 7" }), refused("invalid_credentials"));
  await assert.rejects(logIn(client(), { email: "nobody@example.org", password: PASSWORD }), refused("invalid_credentials"));
  await assert.rejects(logIn(client(), { email: suspended.email, password: PASSWORD }), refused("account_suspended"));
  assert.deepEqual([await mailsTo(user.email), await mailsTo(suspended.email)], [[], []]);
});

test("a reset proves the address too", async () => {
  const user = await newUser();
  await requestReset(client(), { email: user.email });
  await resetPassword(client(), { token: await mailedToken("reset", user.email), new_password: "Another horse 8 battery" });
  await logIn(client(), { email: user.email, password: "Another horse 8 battery" });
});

test("with NOTICES=essential only what concerns password and address is told", async () => {
  const user = await newUser({ emailVerifiedAt: 1 });
  const { session } = (await openSession(client(), user, "token")) ?? assert.fail();
  await updateUser(callerFrom("127.9.0.99", null, { user, session }), user.id, { username: "renamed.person" });
  assert.deepEqual(await mailsTo(user.email), []);
  await requestReset(client(), { email: user.email });
  await resetPassword(client(), { token: await mailedToken("reset", user.email), new_password: "Another horse 8 battery" });
  assert.deepEqual(
    (await mailsTo(user.email)).map(({ kind }) => kind),
    ["reset", "password_reset"],
  );
});
