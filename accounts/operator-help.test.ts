import assert from "node:assert/strict";
import { test } from "node:test";
import { desc, eq } from "drizzle-orm";
import { callerFrom, operator } from "#accounts/caller.ts";
import { clock, DAY_MS, HOUR_MS } from "#accounts/clock.ts";
import { unlockUser } from "#accounts/limits/unlocking.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { editUser } from "#accounts/users/editing.ts";
import { db } from "#db/engine.ts";
import { auditEvents, links, users } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { countUsers, listEverybodysEvents, listUsers, usernamesOf } from "./operator-lists.ts";
import { loggedIn, mailsTo, refusedAs } from "./testing.ts";
import { findUserById } from "./users/users.ts";

/* What the operator does for people who ask for help. */

await freshDatabase();
const visitor = callerFrom("192.0.2.7", null);

const eventsOf = async (userId: number) => {
  const rows = await db().select().from(auditEvents).where(eq(auditEvents.userId, userId)).orderBy(desc(auditEvents.id));
  return rows.map(({ type, detail }) => [type, detail]);
};

test("users are found by a part of address or name, by status and by when they registered", async () => {
  const now = Date.now();
  const ada = await newUser({ username: "Ada.Lovelace", usernameCanonical: "ada.lovelace", createdAt: now - 10 * DAY_MS });
  const odd = await newUser({ username: "100%_sure", usernameCanonical: "100%_sure", status: "suspended", createdAt: now - DAY_MS });
  const found = async (filter: Parameters<typeof countUsers>[1]) => {
    const ids = (await listUsers(operator, { afterId: 0, limit: 10, ...filter })).map(({ id }) => id);
    assert.equal(await countUsers(operator, filter), ids.length);
    return ids;
  };
  assert.deepEqual(await found({ search: "LOVE" }), [ada.id]);
  assert.deepEqual(await found({ search: ada.email.slice(0, -4) }), [ada.id]);
  assert.deepEqual(await found({ search: "%_" }), [odd.id], "and these characters mean nothing else");
  assert.deepEqual(await found({ search: "!" }), []);
  assert.deepEqual(await found({ status: "suspended" }), [odd.id]);
  assert.deepEqual(await found({ status: "active", search: "a" }), [ada.id]);
  assert.deepEqual(await found({ since: now - 2 * DAY_MS }), [odd.id]);
  assert.deepEqual(await found({ status: "suspended", since: now }), []);
  await assert.rejects(countUsers(visitor), /a visitor called what only the operator may do/i);
});

test("what happened on all accounts is listed by time, newest first and in pages", async (t) => {
  const start = Date.now() - 3 * DAY_MS;
  let now = start;
  t.mock.method(clock, "now", () => now);
  const [one, other] = [await newUser(), await newUser()];
  await db().select().from(users);
  for (const user of [one, other, one]) {
    await editUser(operator, user, { bio: String(now) });
    now += HOUR_MS;
  }
  const listed = async (query: object) => {
    const { events, nextCursor } = await listEverybodysEvents(operator, { limit: 10, type: "profile.changed", ...query });
    return [events.map(({ userId }) => userId), nextCursor] as const;
  };
  assert.deepEqual(await listed({ since: start, until: now }), [[one.id, other.id, one.id], null]);
  assert.deepEqual(await listed({ since: start + HOUR_MS, until: start + 2 * HOUR_MS }), [[other.id], null]);
  const [first, cursor] = await listed({ since: start, limit: 2 });
  assert.deepEqual(first, [one.id, other.id]);
  assert.deepEqual(await listed({ since: start, cursor: cursor ?? "" }), [[one.id], null]);
  assert.deepEqual(await usernamesOf(operator, [one.id, 999_999, one.id]), new Map([[one.id, one.username]]));
});

test("the operator corrects address and profile: at once, on record, and the new address is to be confirmed", async () => {
  const user = await newUser({ emailVerifiedAt: 1, pendingEmail: "waits@example.org", bio: "Old" });
  const { user: edited, changed } = await editUser(operator, user, { email: "Right@Example.org", username: "right.name", bio: "" });
  assert.equal(changed, true);
  const { email, emailCanonical, emailVerifiedAt, pendingEmail, username, bio } = edited;
  assert.deepEqual(
    [email, emailCanonical, emailVerifiedAt, pendingEmail, username, bio],
    ["Right@Example.org", "right@example.org", null, null, "right.name", ""],
  );
  assert.deepEqual(await eventsOf(user.id), [
    ["profile.changed", null],
    ["username.changed", `${user.username} → right.name`],
    ["email.changed", `${user.email} → Right@Example.org`],
  ]);
  assert.deepEqual((await mailsTo("Right@Example.org")).map(({ kind }) => kind).toSorted(), ["username_changed", "verify"]);
  assert.deepEqual(await mailsTo(user.email), [], "the old address may be somebody else's");
  assert.equal((await db().select().from(links).where(eq(links.userId, user.id))).length, 2);
  assert.equal((await logIn(visitor, { email: "right@example.org", password: PASSWORD })).kind, "session");

  assert.deepEqual((await editUser(operator, edited, { email: "Right@Example.org" })).changed, false);
  const taken = await newUser();
  await assert.rejects(editUser(operator, edited, { email: taken.email }), refusedAs("user_already_exists", "email"));
  await assert.rejects(editUser(operator, edited, { username: taken.username }), refusedAs("user_already_exists", "username"));
  await assert.rejects(editUser(operator, { ...edited, id: 999_999 }, { bio: "x" }), refusedAs("not_found"));
  assert.equal((await findUserById(edited.id))?.email, "Right@Example.org");
});

test("“unlock” lets somebody in who has to wait, from where it was tried, and is on record", async () => {
  const user = await newUser();
  const attempt = (password: string) => logIn(visitor, { email: user.email, password });
  await loggedIn(visitor, { email: user.email, password: PASSWORD });
  const elsewhere = callerFrom("2001:db8:1:2::7", null);
  for (let turn = 0; turn < 5; turn++) {
    await assert.rejects(attempt("Wrong horse 7 battery"), refusedAs("invalid_credentials"));
    await assert.rejects(logIn(elsewhere, { email: user.email, password: "Wrong" }), refusedAs("invalid_credentials"));
  }
  for (const from of [visitor, elsewhere]) {
    await assert.rejects(logIn(from, { email: user.email, password: PASSWORD }), refusedAs("rate_limited"));
  }
  const other = await newUser();
  assert.deepEqual(await unlockUser(operator, other), { cleared: 0 });
  assert.ok((await unlockUser(operator, user)).cleared >= 2);
  assert.deepEqual((await eventsOf(user.id))[0], ["limits.cleared", null]);
  for (const from of [visitor, elsewhere]) await loggedIn(from, { email: user.email, password: PASSWORD });
});
