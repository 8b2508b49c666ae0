import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { eq } from "drizzle-orm";
import sharp from "sharp";
import { callerFrom, type SignedIn, type User, type Visitor } from "#accounts/caller.ts";
import { clock, DAY_MS, HOUR_MS, MINUTE_MS, steadyNow } from "#accounts/clock.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { RegisterInput } from "#accounts/contract/schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import { changePassword, requirePassword } from "#accounts/passwords/change.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { findSession, renameSession, revokeOtherSessions } from "#accounts/sessions/sessions.ts";
import { loggedIn, refusedAs } from "#accounts/testing.ts";
import { findUserById, registerUser, updateUser } from "#accounts/users/users.ts";
import { db } from "#db/engine.ts";
import { auditEvents, avatars } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { BUDGETS, LIMITS, type Rule } from "./limits.ts";

const CHANGES = 20;
Object.assign(process.env, { LIMIT_CHANGES: String(CHANGES), LIMIT_PICTURE_MEGABYTES: "1" });
await freshDatabase();

const WRONG = "Wrong horse 7 battery";
let made = 0;
const client = () => callerFrom(`127.3.${++made >> 8}.${made & 255}`, "curl/8.5.0");

async function signedIn(from: Visitor = client(), someone?: User): Promise<SignedIn> {
  const user = someone ?? (await newUser());
  const { session } = (await openSession(from, user, "lasting")) ?? assert.fail();
  return callerFrom(from.ip, "curl/8.5.0", { user, session });
}

const asNow = async (caller: SignedIn): Promise<SignedIn> => ({ ...caller, user: (await findUserById(caller.user.id)) ?? assert.fail() });
const eventsOf = (userId: number) => db().$count(auditEvents, eq(auditEvents.userId, userId));

test("bio and picture can be changed when a user has been told too often that a name is taken", async () => {
  const caller = await signedIn();
  const other = await newUser();
  const rename = () => updateUser(caller, caller.user.id, { username: other.username });
  for (let i = 0; i < 10; i++) await assert.rejects(rename(), refusedAs("user_already_exists", "username"));
  await assert.rejects(rename(), refusedAs("rate_limited", "username"));
  await assert.rejects(updateUser(caller, caller.user.id, { email: "free@example.org" }), refusedAs("rate_limited", "email"));
  const { email } = caller.user;
  const { user } = await updateUser(caller, caller.user.id, { bio: "Still mine", image: await picture(), email, contact_information: "" });
  assert.equal(user.bio, "Still mine");
  assert.ok(user.avatarHash);
});

test("answers that a name is taken are counted per address, over all accounts", async () => {
  const office = client();
  const taken = (await newUser()).username;
  for (let i = 0; i < 10; i++) {
    const caller = await signedIn(office);
    await assert.rejects(updateUser(caller, caller.user.id, { username: taken }), refusedAs("user_already_exists", "username"));
  }
  const caller = await signedIn(office);
  await assert.rejects(updateUser(caller, caller.user.id, { username: taken }), refusedAs("rate_limited", "username"));
  await assert.rejects(registerUser(office, person()), refusedAs("rate_limited"));
  const elsewhere = { ...caller, ip: client().ip };
  await assert.rejects(updateUser(elsewhere, caller.user.id, { username: taken }), refusedAs("user_already_exists", "username"));
});

test("pictures have a budget for each address and each user, and everything else works without it", async () => {
  const office = client();
  const greedy = await signedIn(office);
  let sent = 0;
  for (; sent < 40; sent++) {
    try {
      await updateUser(await asNow(greedy), greedy.user.id, { image: await picture() });
    } catch (error) {
      refusedAs("rate_limited", "image")(error);
      break;
    }
  }
  assert.ok(sent >= 3 && sent < 12, `${sent} pictures`);
  assert.equal((await updateUser(await asNow(greedy), greedy.user.id, { image: null, bio: "No picture" })).user.avatarHash, null);
  const elsewhere = { ...(await asNow(greedy)), ip: client().ip };
  await assert.rejects(updateUser(elsewhere, greedy.user.id, { image: await picture() }), refusedAs("rate_limited", "image"));
  const kept = db().$count(avatars);
  await assert.rejects(registerUser(office, person({ image: await picture() })), refusedAs("rate_limited", "image"));
  assert.equal(await db().$count(avatars), await kept);
  assert.ok((await registerUser(office, person())).user);
  assert.ok((await registerUser(client(), person({ image: await picture() }))).user.avatarHash);
});

test("a script can't fill the events with changes, but may still end sessions and change the password", async () => {
  const caller = await signedIn();
  let changes = 0;
  const refusals: unknown[] = [];
  for (let i = 0; i < 3 * CHANGES; i++) {
    await (i % 2
      ? renameSession(caller, caller.session.id, { device_name: `${i}` })
      : updateUser(await asNow(caller), caller.user.id, { bio: `${i}` })
    )
      .then(() => changes++)
      .catch((error) => refusals.push(error));
  }
  assert.equal(changes, CHANGES);
  for (const refusal of refusals) refusedAs("rate_limited")(refusal);
  for (let i = 0; i < 5; i++) await revokeOtherSessions(caller);
  assert.ok((await eventsOf(caller.user.id)) <= 1 + CHANGES, "ending nothing is not on record");
  assert.ok(await changePassword(await asNow(caller), { current_password: PASSWORD, new_password: "Another horse 8 battery" }));
  const other = await signedIn();
  assert.ok(await updateUser(other, other.user.id, { bio: "Somebody else" }));
});

test("a change that is recorded as several events counts as several", async () => {
  const caller = await signedIn();
  const change = async (i: number) =>
    updateUser(await asNow(caller), caller.user.id, { bio: `${i}`, username: `renamed-${caller.user.id}-${i}` });
  for (let i = 0; i < CHANGES / 2; i++) await change(i);
  await assert.rejects(change(CHANGES), refusedAs("rate_limited"));
});

test("a wrong current password waits longer and longer in its session, and all of a user's sessions count together", async (t) => {
  const wait = passingTime(t);
  const owner = await newUser();
  const thief = await signedIn(client(), owner);
  for (let i = 0; i < 5; i++) await assert.rejects(requirePassword(thief, WRONG), refusedAs("wrong_password", "current_password"));
  await assert.rejects(requirePassword(thief, PASSWORD), limitedFor(30));
  const elsewhere = await signedIn(client(), owner);
  await requirePassword(elsewhere, PASSWORD);
  wait(30_000);
  await assert.rejects(requirePassword(thief, WRONG), refusedAs("wrong_password", "current_password"));
  await assert.rejects(requirePassword(thief, PASSWORD), limitedFor(60));
  wait(MINUTE_MS);
  await requirePassword(thief, PASSWORD);
  for (let i = 0; i < 4; i++) await assert.rejects(requirePassword(thief, WRONG), refusedAs("wrong_password", "current_password"));
  await requirePassword(thief, PASSWORD);
});

test("after 100 wrong current passwords none is checked until the user logs in", async (t) => {
  const wait = passingTime(t);
  const owner = await newUser();
  const stolen = await Promise.all([signedIn(client(), owner), signedIn(client(), owner), signedIn(client(), owner)]);
  let guesses = 0;
  for (; guesses < 100; guesses++, wait(HOUR_MS)) {
    const thief = stolen[guesses % stolen.length] as SignedIn;
    thief.session.expiresAt = Number.POSITIVE_INFINITY;
    await assert.rejects(requirePassword(thief, WRONG), refusedAs("wrong_password", "current_password"), String(guesses));
  }
  for (const days of [0, 1, 5]) {
    wait(days * DAY_MS);
    const mine = await signedIn(client(), owner);
    await assert.rejects(requirePassword(mine, PASSWORD), limitedFor(3_600));
  }
  const from = client();
  await assert.rejects(logIn(from, { email: owner.email, password: WRONG }), refusedAs("invalid_credentials"));
  const { token } = await loggedIn(from, { email: owner.email, password: PASSWORD });
  const found = (await findSession(token)) ?? assert.fail();
  assert.ok(
    await changePassword(callerFrom(from.ip, "curl/8.5.0", found), { current_password: PASSWORD, new_password: "Another horse 8 battery" }),
  );
});

test("SECURITY.md says of each limit what it counts, how much is free, and by which setting", () => {
  const lines = readFileSync(join(import.meta.dirname, "../../SECURITY.md"), "utf8").split("\n");
  for (const { counts, free, windowMs, closesAt } of [...Object.values(LIMITS), ...Object.values(BUDGETS)] as Rule[]) {
    const at = lines.findIndex((line) => line.startsWith(`| ${counts} | `));
    const [, window = "", , setting = ""] = (lines[at] ?? "").slice(2, -2).split(" | ");
    assert.match(window, new RegExp(`^[0-9,]+( MB)? in ${lengthOf(windowMs)}$`), counts);
    const number = Number.parseInt(window.replace(",", ""), 10);
    assert.deepEqual([number, setting], typeof free === "number" ? [free, "–"] : [free.default, `\`${free.setting}\``], counts);
    if (closesAt) {
      const [closes, how] = typeof closesAt === "number" ? [closesAt, "–"] : [closesAt.default, `\`${closesAt.setting}\``];
      assert.match(lines[at + 1] ?? "", new RegExp(`^\\| the same \\| ${closes} in a row \\| closed.* \\| ${how} \\|$`));
    }
  }
});

function lengthOf(ms: number): string {
  if (ms < HOUR_MS) return `${ms / MINUTE_MS} minutes?`;
  return ms <= DAY_MS ? `${ms / HOUR_MS} hours?` : `${ms / DAY_MS} days`;
}

const person = (more: object = {}) => {
  const username = `somebody-${++made}`;
  return parseInput(RegisterInput, { email: `${username}@example.org`, username, password: PASSWORD, ...more });
};

/** A picture that compresses badly, other than any before. */
async function picture(): Promise<string> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const image = sharp({ create: { width: 512, height: 512, channels: 3, background: "white", noise } }).composite([
    { input: { create: { width: 8, height: 8, channels: 3, background: { r: ++made % 256, g: made >> 8, b: 0 } } } },
  ]);
  return (await image.png({ compressionLevel: 1 }).toBuffer()).toString("base64");
}

/** Time stands still but for what is let pass. */
function passingTime(t: TestContext): (milliseconds: number) => void {
  let running = performance.now() + DAY_MS; // read first: read last, it would be ahead of the other clock
  let now = steadyNow() + DAY_MS;
  t.mock.method(clock, "now", () => now);
  t.mock.method(clock, "running", () => running);
  return (milliseconds) => {
    now += milliseconds;
    running += milliseconds;
  };
}

const limitedFor = (seconds: number) => (error: unknown) =>
  error instanceof AccountsError && error.code === "rate_limited" && error.retryAfterSeconds === seconds;
