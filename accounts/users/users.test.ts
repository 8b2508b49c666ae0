import assert from "node:assert/strict";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import sharp from "sharp";
import { callerFrom, operator, type User } from "#accounts/caller.ts";
import { clock, MINUTE_MS } from "#accounts/clock.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { RegisterInput } from "#accounts/contract/schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import { findUser, setUserStatus } from "#accounts/operator.ts";
import { listUsers } from "#accounts/operator-lists.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { db } from "#db/engine.ts";
import { auditEvents, avatars, users } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { publicUser, registerUser, updateUser } from "./users.ts";

await freshDatabase();

let clients = 0;
const stranger = () => callerFrom(`127.1.${++clients >> 8}.${clients & 255}`, "curl/8.5.0"); // each from an address of its own
const inputOf = (username: string, more: object = {}) =>
  parseInput(RegisterInput, { email: `${username}@example.org`, username, password: PASSWORD, ...more });

test("a registered user is stored as given and can be shown without any secret", async () => {
  const { user } = await registerUser(stranger(), inputOf("Ada.Lovelace", { bio: "Mathematician.", contact_information: "Office 3" }));
  const shown = publicUser(user);
  assert.deepEqual(Object.keys(shown).sort(), [
    "account_status",
    "bio",
    "contact_information",
    "created_at",
    "email",
    "email_verified",
    "factors",
    "id",
    "image",
    "pending_email",
    "status_reason",
    "status_until",
    "updated_at",
    "username",
  ]);
  assert.equal(shown.username, "Ada.Lovelace");
  assert.equal(shown.account_status, "active");
  assert.equal(shown.image, null);
  assert.ok(!JSON.stringify(user).includes(PASSWORD));
});

test("email address and username that are both taken are both reported, whatever their letter case", async () => {
  const taken = await newUser();
  const input = { ...inputOf("somebody"), email: taken.email.toUpperCase(), username: taken.username.toUpperCase() };
  await assert.rejects(registerUser(stranger(), input), refusedAs("user_already_exists", "email taken", "username taken"));
  await assert.rejects(
    registerUser(stranger(), { ...input, email: "free@example.org" }),
    refusedAs("user_already_exists", "username taken"),
  );
  await assert.rejects(registerUser(stranger(), { ...input, username: "freename" }), refusedAs("user_already_exists", "email taken"));
});

test("an international domain is the same address in either spelling", async () => {
  await newUser({ email: "a@bücher.example", emailCanonical: "a@xn--bcher-kva.example" });
  await assert.rejects(
    registerUser(stranger(), { ...inputOf("bookworm"), email: "A@XN--bcher-KVA.example" }),
    refusedAs("user_already_exists", "email taken"),
  );
  assert.ok(await findUser(operator, "a@BÜCHER.example"));
});

test("dots and plus signs make different addresses", async () => {
  await newUser({ email: "a.b@example.org", emailCanonical: "a.b@example.org" });
  assert.equal(await findUser(operator, "ab@example.org"), null);
  assert.equal(await findUser(operator, "a.b+x@example.org"), null);
});

test("of 20 registrations of one email address at once exactly one wins, and only its password works", async () => {
  const before = await db().$count(users);
  const spellings = Array.from({ length: 20 }, (_, i) => ({
    ...inputOf(`racer-${i}-name`),
    email: i % 2 ? "Race@Example.org" : "race@example.org",
  }));
  const results = await Promise.allSettled(spellings.map((input) => registerUser(stranger(), input)));
  const losers = results.filter((result) => result.status === "rejected");
  assert.equal(losers.length, 19);
  for (const { reason } of losers) assert.ok(refusedAs("user_already_exists", "email taken")(reason));
  assert.equal(await db().$count(users), before + 1);
});

test("of 20 users who take one username at once exactly one gets it, and the others keep theirs", async () => {
  const people = await Promise.all(Array.from({ length: 20 }, () => signedIn()));
  const results = await Promise.allSettled(
    people.map((caller, i) => updateUser(caller, caller.user.id, { username: i % 2 ? "Wanted.Name" : "wanted.name" })),
  );
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
  for (const [i, result] of results.entries()) {
    if (result.status === "fulfilled") continue;
    assert.ok(refusedAs("user_already_exists", "username taken")(result.reason));
    assert.equal((await stored(people[i]?.user))?.username, people[i]?.user.username);
  }
});

test("a refused registration leaves nothing behind: no user, picture or event", async () => {
  const taken = await newUser();
  const image = await pictureOf("red");
  const count = async () => [await db().$count(users), await db().$count(avatars), await db().$count(auditEvents)];
  const before = await count();
  const refused = [
    { ...inputOf("nobody.1", { image }), email: taken.email },
    { ...inputOf("nobody.2"), image: "bm90IGEgcGljdHVyZQ==" },
    { ...inputOf("nobody.3", { image }), password: "Password1" },
  ];
  for (const input of refused) await assert.rejects(registerUser(stranger(), input), AccountsError);
  const race = await Promise.allSettled(
    [1, 2, 3].map((i) => registerUser(stranger(), { ...inputOf(`nobody.${i}`, { image }), email: "race2@example.org" })),
  );
  assert.equal(race.filter(({ status }) => status === "fulfilled").length, 1);
  assert.deepEqual(await count(), [(before[0] ?? 0) + 1, (before[1] ?? 0) + 1, (before[2] ?? 0) + 1]);
});

test("one's own account can be changed field by field, and what is not sent stays", async () => {
  const caller = await signedIn({ bio: "Before", contactInformation: "Office 3" });
  const { user } = await updateUser(caller, caller.user.id, { bio: "After" });
  assert.equal(user.bio, "After");
  assert.equal(user.contactInformation, "Office 3");
  assert.equal(user.email, caller.user.email);
  assert.ok(user.updatedAt >= caller.user.updatedAt);
});

test("simultaneous changes of different fields are both kept", async () => {
  const caller = await signedIn();
  await Promise.all([
    updateUser(caller, caller.user.id, { bio: "New bio" }),
    updateUser(caller, caller.user.id, { username: "New.Username" }),
  ]);
  assert.equal((await stored(caller.user))?.bio, "New bio");
  assert.equal((await stored(caller.user))?.username, "New.Username");
});

test("other people's accounts cannot be changed, whether they exist or not", async () => {
  const caller = await signedIn();
  const other = await newUser();
  for (const id of [other.id, 999_999_999, 0, -1]) {
    await assert.rejects(updateUser(caller, id, { bio: "Defaced" }), refusedAs("not_your_account"));
  }
  await assert.rejects(updateUser(stranger(), other.id, { bio: "Defaced" }), refusedAs("authentication_required"));
  assert.equal((await stored(other))?.bio, "");
});

test("a new email address needs a log-in within 10 minutes or the current password", async (t) => {
  const caller = await signedIn();
  const { id } = caller.user;
  const loggedInAt = caller.session.createdAt;
  let now = loggedInAt + 10 * MINUTE_MS - 1;
  t.mock.method(clock, "now", () => now);
  caller.user = (await updateUser(caller, id, { email: "recent@example.org" })).user;
  now = loggedInAt + 10 * MINUTE_MS;
  await assert.rejects(
    updateUser(caller, id, { email: "late@example.org" }),
    refusedAs("recent_login_required", "current_password required"),
  );
  await assert.rejects(
    updateUser(caller, id, { email: "late@example.org", current_password: "Wrong horse 7" }),
    refusedAs("wrong_password", "current_password wrong"),
  );
  assert.equal((await stored(caller.user))?.pendingEmail, "recent@example.org");
  caller.user = (await updateUser(caller, id, { email: "late@example.org", current_password: PASSWORD })).user;
  assert.equal((await stored(caller.user))?.pendingEmail, "late@example.org");
  const capitals = caller.user.email.toUpperCase();
  await updateUser(caller, id, { email: capitals, bio: "letter case is no new address" });
  assert.equal((await stored(caller.user))?.email, capitals);
});

test("one's own email address and username are not taken by oneself", async () => {
  const caller = await signedIn();
  const { user } = await updateUser(caller, caller.user.id, { email: caller.user.email, username: caller.user.username.toUpperCase() });
  assert.equal(user.username, caller.user.username.toUpperCase());
});

test("a change that changes nothing writes nothing", async () => {
  const caller = await signedIn({ bio: "Same" });
  const before = await db().$count(auditEvents);
  await updateUser(caller, caller.user.id, { bio: "Same", username: caller.user.username });
  assert.equal(await db().$count(auditEvents), before);
  assert.equal((await stored(caller.user))?.updatedAt, caller.user.updatedAt);
});

test("equal pictures of two people have different addresses, and the same one again keeps its own", async () => {
  const [ada, eve] = [await signedIn(), await signedIn()];
  const change = async (caller: typeof ada, image: string | null) => {
    caller.user = (await updateUser(caller, caller.user.id, { image })).user;
    return caller.user.avatarHash;
  };
  const [green, blue] = [await pictureOf("green"), await pictureOf("blue")];
  const [hers, eves] = [(await change(ada, green)) as string, (await change(eve, green)) as string];
  assert.notEqual(hers, eves);
  assert.equal(await change(ada, green), hers);
  const other = (await change(ada, blue)) as string;
  assert.deepEqual([await isKept(hers), await isKept(eves)], [false, true]);
  await change(eve, null);
  await change(ada, "");
  assert.deepEqual([await isKept(eves), await isKept(other)], [false, false]);
});

test("of two simultaneous pictures one is kept, and no other is left behind", async () => {
  const caller = await signedIn();
  const before = await db().$count(avatars);
  await Promise.all(
    (await Promise.all([pictureOf("cyan"), pictureOf("magenta")])).map((image) => updateUser(caller, caller.user.id, { image })),
  );
  assert.equal(await db().$count(avatars), before + 1);
  assert.ok(await isKept((await stored(caller.user))?.avatarHash as string));
});

test("a suspended user's sessions end immediately and stay ended after activation", async () => {
  const caller = await signedIn();
  assert.ok(await findSession(caller.token));
  const { user, sessionsEnded } = await setUserStatus(operator, caller.user, "suspended");
  assert.equal(sessionsEnded, 1);
  assert.equal(await findSession(caller.token), null);
  await setUserStatus(operator, user, "active");
  assert.equal(await findSession(caller.token), null);
});

test("a user is found by id, email address and username, whatever the letter case", async () => {
  const user = await newUser();
  for (const name of [
    String(user.id),
    user.email,
    user.email.toUpperCase(),
    ` ${user.email} `,
    user.username,
    user.username.toLowerCase(),
  ]) {
    assert.equal((await findUser(operator, name))?.id, user.id, name);
  }
  for (const name of ["", "0", "99999999999999999999", "@", "nobody", "nobody@example.org", "1 or 1=1", "' or ''='"]) {
    assert.equal(await findUser(operator, name), null, name);
  }
});

test("users are listed in pages by their ids", async () => {
  const [first, second, third] = [await newUser(), await newUser(), await newUser()];
  assert.deepEqual(
    (await listUsers(operator, { afterId: first.id, limit: 2 })).map(({ id }) => id),
    [second.id, third.id],
  );
  assert.deepEqual(await listUsers(operator, { afterId: third.id, limit: 2 }), []);
});

async function signedIn(more?: Parameters<typeof newUser>[0]) {
  const user = await newUser(more);
  const opened = await openSession(stranger(), user, "token");
  assert.ok(opened);
  return { ...callerFrom(stranger().ip, "curl/8.5.0", { user, session: opened.session }), token: opened.token };
}

async function stored(user: User | undefined): Promise<User | undefined> {
  const [row] = await db()
    .select()
    .from(users)
    .where(eq(users.id, user?.id ?? 0));
  return row;
}

async function isKept(hash: string): Promise<boolean> {
  return (await db().select().from(avatars).where(eq(avatars.hash, hash))).length === 1;
}

async function pictureOf(background: string): Promise<string> {
  const bytes = await sharp({ create: { width: 20, height: 20, channels: 3, background } })
    .png()
    .toBuffer();
  return bytes.toString("base64");
}

function refusedAs(code: string, ...fields: string[]) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AccountsError, String(error));
    assert.equal(error.code, code);
    assert.deepEqual(
      error.fields.map((field) => `${field.field} ${field.code}`),
      fields,
    );
    return true;
  };
}

test("everything wrong with a registration is named at once: taken names, leaked password and picture", async () => {
  const taken = await newUser();
  const names = { email: taken.email, username: taken.username };
  const wrong = { ...inputOf("somebody"), ...names, password: "Password123", image: Buffer.from("no picture").toString("base64") };
  const all = ["email taken", "username taken", "password common", "image unsupported_type"];
  await assert.rejects(registerUser(stranger(), wrong), refusedAs("validation_failed", ...all));
  await assert.rejects(
    registerUser(stranger(), { ...inputOf("somebody"), ...names }),
    refusedAs("user_already_exists", ...all.slice(0, 2)),
  );
});
