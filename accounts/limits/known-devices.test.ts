import assert from "node:assert/strict";
import { test } from "node:test";
import { callerFrom, type User } from "#accounts/caller.ts";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { AccountsError } from "#accounts/errors.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { db } from "#db/engine.ts";
import { knownDevices } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { loginLimits } from "./login-attempts.ts";
import { networkOf } from "./networks.ts";

await freshDatabase();

const BROWSER = "device-cookie-of-the-owner";
const from = (ip: string, browser: string | null = null) => callerFrom(ip, "curl/8.5.0", { browser });
const guess = (caller: ReturnType<typeof from>, { email }: User, password = "Wrong horse 7 battery") =>
  logIn(caller, { email, password }).then(
    () => "opened",
    (error) => {
      assert.ok(error instanceof AccountsError, String(error));
      return error.code;
    },
  );

test("an attacker from many addresses slows down everybody unknown, and locks out neither owner's browser nor owner's address", async () => {
  const owner = await newUser();
  assert.equal(await guess(from("192.0.2.1", BROWSER), owner, PASSWORD), "opened");
  const answers: string[] = [];
  for (let i = 0; i < 25; i++) answers.push(await guess(from(`198.51.100.${i}`), owner));
  assert.deepEqual([answers[19], answers[20]], ["invalid_credentials", "rate_limited"]);
  assert.equal(await guess(from("203.0.113.1"), owner, PASSWORD), "rate_limited", "even the right password, from somewhere unknown");
  assert.equal(await guess(from("203.0.113.2", BROWSER), owner, PASSWORD), "opened", "the owner's browser, wherever it is");
  assert.equal(await guess(from("192.0.2.1"), owner, PASSWORD), "opened", "the owner's address");
});

test("a known browser has a budget of its own, which nobody else uses up", async () => {
  const owner = await newUser();
  await guess(from("192.0.2.2", "known"), owner, PASSWORD);
  for (let i = 0; i < 5; i++) assert.equal(await guess(from("192.0.2.2", "known"), owner), "invalid_credentials");
  assert.equal(await guess(from("192.0.2.2", "known"), owner, PASSWORD), "rate_limited");
  assert.equal(await guess(from("203.0.113.3"), owner, PASSWORD), "opened");
});

test("a made-up device cookie gains nothing", async () => {
  const owner = await newUser();
  for (let i = 0; i < 5; i++) await guess(from("198.51.100.200", `made-up-${i}`), owner);
  assert.equal(await guess(from("198.51.100.200", "made-up-6"), owner), "rate_limited");
});

test("attempts from one address on many accounts are limited together, whatever the spelling", async () => {
  for (let i = 0; i < 20; i++) assert.equal(await guess(from("198.51.100.201"), await newUser()), "invalid_credentials");
  assert.equal(await guess(from("198.51.100.201"), await newUser()), "rate_limited");
  const owner = await newUser();
  for (const email of [owner.email, owner.email.toUpperCase(), owner.email.toLowerCase(), owner.email, owner.email])
    await guess(from("198.51.100.202"), { ...owner, email });
  assert.equal(await guess(from("198.51.100.202"), { ...owner, email: owner.email.toUpperCase() }), "rate_limited");
});

test("unknown email addresses are limited like known ones", async () => {
  const nobody = { email: "nobody@example.org" } as User;
  const answers: string[] = [];
  for (let i = 0; i < 6; i++) answers.push(await guess(from("198.51.100.203"), nobody));
  assert.deepEqual(answers, [...Array(5).fill("invalid_credentials"), "rate_limited"]);
});

test("a device is forgotten after 30 days without a log-in, and stored only as a hash", async (t) => {
  const owner = await newUser();
  await guess(from("192.0.2.4", "canary-cookie"), owner, PASSWORD);
  const names = async (caller: ReturnType<typeof from>) => (await loginLimits(caller, owner.emailCanonical, owner)).map(({ name }) => name);
  assert.deepEqual(await names(from("203.0.113.4", "canary-cookie")), ["login_device"]);
  assert.deepEqual(await names(from("192.0.2.4")), ["login_device", "login_address"]);
  assert.deepEqual(await names(from("203.0.113.4")), ["login_device", "login_address", "login_account"]);
  const rows = JSON.stringify(await db().select().from(knownDevices));
  assert.ok(!rows.includes("canary") && !rows.includes("192.0.2.4"));
  const later = Date.now() + 30 * DAY_MS + 1_000;
  t.mock.method(clock, "now", () => later);
  assert.equal((await names(from("203.0.113.4", "canary-cookie"))).length, 3);
});

test("a device known for one user isn't known for another", async () => {
  const [owner, other] = [await newUser(), await newUser()];
  await guess(from("192.0.2.5", "shared"), owner, PASSWORD);
  assert.equal((await loginLimits(from("203.0.113.5", "shared"), other.emailCanonical, other)).length, 3);
});

const NETWORKS: [string, string][] = [
  ["192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:db8:1:2::6", "2001:db8:1:2"],
  ["2001:0DB8:0001:0002::", "2001:db8:1:2"],
  ["2001:db8::1", "2001:db8:0:0"],
  ["::1", "0:0:0:0"],
  ["::", "0:0:0:0"],
];
for (const [ip, network] of NETWORKS) test(`${ip} counts as ${network}`, () => assert.equal(networkOf(from(ip)), network));
