import assert from "node:assert/strict";
import { test } from "node:test";
import { callerFrom, operator } from "#accounts/caller.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { RegisterInput } from "#accounts/contract/schemas.ts";
import { setUserStatus } from "#accounts/operator.ts";
import { requestReset, resetPassword } from "#accounts/passwords/reset.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { loggedIn, mailedToken, mailsTo, refusedAs, statusChanges } from "#accounts/testing.ts";
import { freshDatabase, PASSWORD } from "#db/testing.ts";
import { verifyEmail } from "./email-proof.ts";
import { publicUser, registerUser } from "./users.ts";

await freshDatabase();

let made = 0;
const client = () => callerFrom(`127.8.0.${++made}`, "curl/8.5.0");

async function registered(by: Parameters<typeof registerUser>[0] = client()) {
  const names = { email: `inactive${++made}@example.org`, username: `inactive.${made}` };
  const { user } = await registerUser(by, parseInput(RegisterInput, { ...names, password: PASSWORD, account_status: "inactive" }));
  return { user, credentials: { email: user.email, password: PASSWORD } };
}

test("who registered as inactive is told at log-in to confirm the address, is mailed the link again, and is active once it was used", async () => {
  const { user, credentials } = await registered();
  await assert.rejects(logIn(client(), credentials), /isn’t active yet. Confirm your email address/);
  assert.deepEqual(
    (await mailsTo(user.email)).map(({ kind }) => kind),
    ["verify", "verify"],
  );
  const { user: proven } = await verifyEmail(client(), { token: await mailedToken("verify", user.email), password: PASSWORD });
  assert.equal(publicUser(proven).account_status, "active");
  assert.deepEqual(await statusChanges(user.id), ["inactive → active"]);
  await loggedIn(client(), credentials);
});

test("a reset by mail proves the address, and so activates who registered as inactive", async () => {
  const { user } = await registered();
  await requestReset(client(), { email: user.email });
  await resetPassword(client(), { token: await mailedToken("reset", user.email), new_password: "Another horse 8 battery" });
  assert.deepEqual(await statusChanges(user.id), ["inactive → active"]);
  await loggedIn(client(), { email: user.email, password: "Another horse 8 battery" });
});

test("a proof of the address doesn’t undo what the operator has decided", async () => {
  const made = await registered(operator);
  const decided = await registered();
  await setUserStatus(operator, decided.user, "inactive");
  const suspended = await registered();
  await setUserStatus(operator, suspended.user, "suspended");
  for (const { user, credentials } of [made, decided, suspended]) {
    await verifyEmail(client(), { token: await mailedToken("verify", user.email), password: PASSWORD });
    await assert.rejects(logIn(client(), credentials), refusedAs(user === suspended.user ? "account_suspended" : "account_inactive"));
  }
});
