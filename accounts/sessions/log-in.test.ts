import assert from "node:assert/strict";
import { test } from "node:test";
import { callerFrom } from "#accounts/caller.ts";
import { loggedIn, refusedAs } from "#accounts/testing.ts";
import { findLogin } from "#accounts/users/names.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { logIn } from "./log-in.ts";

await freshDatabase();

const WRONG = "Wrong horse 7 battery";
let clients = 0;
const client = () => callerFrom(`127.8.${++clients >> 8}.${clients & 255}`, "curl/8.5.0");

test("a user logs in with the email address or the username, in any spelling", async () => {
  const user = await newUser();
  for (const email of [user.email, user.email.toUpperCase(), user.username, user.username.toUpperCase()]) {
    const opened = await loggedIn(client(), { email, password: PASSWORD });
    assert.equal(opened.user.id, user.id, email);
  }
});

test("guesses with the email address and with the username are counted together", async () => {
  const { email, username } = await newUser();
  const from = client();
  const names = [email, username, email.toUpperCase(), username.toUpperCase(), email];
  for (const name of names) await assert.rejects(logIn(from, { email: name, password: WRONG }), refusedAs("invalid_credentials"));
  for (const name of [email, username]) await assert.rejects(logIn(from, { email: name, password: PASSWORD }), refusedAs("rate_limited"));
});

test("a username that nobody has is refused like a wrong password, and counted by itself", async () => {
  const from = client();
  for (let i = 0; i < 5; i++) {
    await assert.rejects(logIn(from, { email: "nobody.here", password: PASSWORD }), refusedAs("invalid_credentials"));
  }
  await assert.rejects(logIn(from, { email: "Nobody.Here", password: PASSWORD }), refusedAs("rate_limited"));
  await assert.rejects(logIn(from, { email: "nobody.else", password: PASSWORD }), refusedAs("invalid_credentials"));
});

test("an address is never taken for a username", async () => {
  const { username } = await newUser();
  assert.equal((await findLogin(`${username}@`)).user, null);
  assert.equal((await findLogin(`@${username}`)).user, null);
});
