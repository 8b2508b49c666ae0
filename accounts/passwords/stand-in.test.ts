import assert from "node:assert/strict";
import { test } from "node:test";
import { hash as bcrypt } from "@node-rs/bcrypt";
import { callerFrom, NOBODY } from "#accounts/caller.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { refusedAs } from "#accounts/testing.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { NO_PASSWORD } from "./passwords.ts";
import { standInFor } from "./stand-in.ts";

await freshDatabase();

test("where nobody has an account, a name has no hash to be checked", async () => {
  assert.deepEqual(await standInFor("nobody@example.org"), { id: NOBODY, passwordHash: NO_PASSWORD });
});

test("a log-in with an unknown name does the work of some account's hash, and never succeeds", async () => {
  const passwordHash = await bcrypt(PASSWORD, 11);
  const user = await newUser({ passwordHash });
  const spent = async (email: string, password: string) => {
    const start = process.cpuUsage();
    await assert.rejects(logIn(callerFrom("192.0.2.1", null), { email, password }), refusedAs("invalid_credentials"));
    return process.cpuUsage(start).user;
  };
  const known = await spent(user.email, "Wrong horse 7");
  assert.ok((await spent("nobody@example.org", "Wrong horse 7")) > known / 3); // Argon2 alone takes less
  await spent("nobody@example.org", PASSWORD);
});

test("a name has the same stand-in each time, and names have different ones", async () => {
  for (let i = 0; i < 20; i++) await newUser({ passwordHash: `hash ${i}` });
  const names = Array.from({ length: 40 }, (_, i) => `nobody-${i}@example.org`);
  const standIns = async () => (await Promise.all(names.map(standInFor))).map(({ passwordHash }) => passwordHash);
  const first = await standIns();
  assert.deepEqual(await standIns(), first);
  assert.ok(new Set(first).size > 10);
});
