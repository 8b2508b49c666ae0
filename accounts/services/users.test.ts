import assert from "node:assert/strict";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { callerFrom, operator, type Service, serviceFrom } from "#accounts/caller.ts";
import { clock, DAY_MS, HOUR_MS } from "#accounts/clock.ts";
import type { Right } from "#accounts/contract/service-schemas.ts";
import { purge } from "#accounts/retention/purge.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { loggedIn, mailsTo, passingTime, refusedAs } from "#accounts/testing.ts";
import { findUserById } from "#accounts/users/users.ts";
import { db } from "#db/engine.ts";
import { auditEvents } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { createServiceKey } from "./service-keys.ts";
import { endSessionsOf, profileFor, readUser, readUsers, setStatus } from "./users.ts";

await freshDatabase();
const visitor = callerFrom("127.0.0.1", "curl/8.5.0");
const NOBODYS_ID = 987_654;

async function service(...rights: Right[]): Promise<Service> {
  return serviceFrom((await createServiceKey(operator, { name: "shop", rights, days: 3_650 })).key, "192.0.2.1", null);
}

const reader = await service("read_users");
const manager = await service("manage_users");

const statusEvents = async (userId: number) =>
  (await db().select().from(auditEvents).where(eq(auditEvents.userId, userId)).orderBy(auditEvents.id))
    .filter(({ type }) => type === "status.changed")
    .map(({ detail, device }) => [detail, device]);

test("a service reads public profiles, and email addresses with a right of their own", async () => {
  const [user, other] = [await newUser({ bio: "Mathematician." }), await newUser()];
  const profile = {
    id: user.id,
    username: user.username,
    bio: "Mathematician.",
    contact_information: "",
    image: null,
    account_status: "active",
  };
  assert.deepEqual(profileFor(reader, await readUser(reader, user.id)), profile);
  const both = await service("read_users", "read_emails");
  assert.deepEqual(profileFor(both, user), { ...profile, email: user.email });
  const found = await readUsers(reader, { ids: [other.id, NOBODYS_ID, user.id] });
  assert.deepEqual(
    found.map(({ id }) => id),
    [user.id, other.id],
  );
  await assert.rejects(readUser(reader, NOBODYS_ID), refusedAs("not_found"));
});

test("for services, whoever has left or will be deleted is gone; the suspended are there", async () => {
  const [inactive, deleting, suspended] = [
    await newUser({ status: "inactive", inactiveBy: "user" }),
    await newUser({ status: "deleting" }),
    await newUser({ status: "suspended" }),
  ];
  const found = await readUsers(reader, { ids: [inactive.id, deleting.id, suspended.id] });
  assert.deepEqual(
    found.map(({ id }) => id),
    [suspended.id],
  );
  for (const { id } of [inactive, deleting]) await assert.rejects(readUser(reader, id), refusedAs("not_found"));
  await assert.rejects(setStatus(manager, deleting.id, { account_status: "suspended" }), refusedAs("not_found"));
  await assert.rejects(setStatus(manager, inactive.id, { account_status: "active" }), refusedAs("not_permitted"));
  assert.equal(
    (await setStatus(manager, (await newUser()).id, { account_status: "active" })).user.status,
    "active",
    "no change, no refusal",
  );
  await setStatus(manager, inactive.id, { account_status: "suspended" });
  const { user } = await setStatus(manager, inactive.id, { account_status: "active" });
  assert.equal(user.status, "inactive", "the suspension is over, and the user’s own wish isn’t");
});

test("each act needs its right", async () => {
  const user = await newUser();
  const suspended = { account_status: "suspended" } as const;
  for (const caller of [visitor, operator]) {
    await assert.rejects(readUser(caller, user.id), refusedAs("authentication_required"));
    await assert.rejects(setStatus(caller, user.id, suspended), refusedAs("authentication_required"));
  }
  for (const caller of [manager, await service("introspect", "read_emails", "read_events")]) {
    await assert.rejects(readUser(caller, user.id), refusedAs("not_permitted"));
    await assert.rejects(readUsers(caller, { ids: [user.id] }), refusedAs("not_permitted"));
  }
  await assert.rejects(setStatus(reader, user.id, suspended), refusedAs("not_permitted"));
  await assert.rejects(endSessionsOf(reader, user.id), refusedAs("not_permitted"));
  assert.equal((await findUserById(user.id))?.status, "active");
});

test("a suspension ends the sessions, says why at log-in and by mail, and is on record with the service’s name", async () => {
  const user = await newUser();
  const opened = await openSession(visitor, user, "token");
  const until = clock.now() + DAY_MS;
  const { sessionsEnded } = await setStatus(manager, user.id, { account_status: "suspended", reason: "Spam", until });
  assert.equal(sessionsEnded, 1);
  assert.equal(await findSession(opened?.token ?? ""), null);
  const at = new Date(until).toISOString();
  await assert.rejects(loggedIn(visitor, { email: user.email, password: PASSWORD }), (error: Error) => {
    assert.match(error.message, new RegExp(`suspended until ${at}\\. Reason: Spam\\.`));
    return refusedAs("account_suspended")(error);
  });
  assert.match((await mailsTo(user.email)).at(-1)?.text ?? "", /Reason: *Spam/);
  assert.deepEqual(await statusEvents(user.id), [[`active → suspended until ${at}: Spam`, "Service “shop”"]]);
  await setStatus(manager, user.id, { account_status: "active" });
  const { status, statusReason, statusUntil } = (await findUserById(user.id)) ?? assert.fail();
  assert.deepEqual([status, statusReason, statusUntil], ["active", null, null]);
});

test("a suspension with an end ends by itself: at the next log-in at once, and otherwise by the purge", async (t) => {
  const wait = passingTime(t);
  const [first, second, forGood] = [await newUser(), await newUser(), await newUser()];
  const until = clock.now() + HOUR_MS;
  for (const { id } of [first, second]) await setStatus(manager, id, { account_status: "suspended", until });
  await setStatus(manager, forGood.id, { account_status: "suspended" });
  wait(HOUR_MS - 1);
  await purge();
  await assert.rejects(loggedIn(visitor, { email: first.email, password: PASSWORD }), refusedAs("account_suspended"));
  wait(1);
  await loggedIn(visitor, { email: first.email, password: PASSWORD });
  await purge();
  const statuses = await Promise.all([first, second, forGood].map(async ({ id }) => (await findUserById(id))?.status));
  assert.deepEqual(statuses, ["active", "active", "suspended"]);
  for (const { id } of [first, second]) assert.deepEqual((await statusEvents(id)).at(-1), ["suspended → active", null]);
  assert.equal((await statusEvents(first.id)).length, 2);
});

test("an end that is past, or of no suspension, is refused, and so is a user who doesn’t exist", async () => {
  const { id } = await newUser();
  const past = { account_status: "suspended", until: clock.now() } as const;
  await assert.rejects(setStatus(manager, id, past), refusedAs("validation_failed", "until"));
  await assert.rejects(
    setStatus(manager, id, { account_status: "active", until: clock.now() + DAY_MS }),
    refusedAs("validation_failed", "until"),
  );
  await assert.rejects(setStatus(manager, NOBODYS_ID, { account_status: "suspended" }), refusedAs("not_found"));
  await assert.rejects(endSessionsOf(manager, NOBODYS_ID), refusedAs("not_found"));
});

test("a service ends all sessions of a user", async () => {
  const user = await newUser();
  const tokens = [await openSession(visitor, user, "token"), await openSession(visitor, user, "browser")];
  assert.deepEqual((await endSessionsOf(manager, user.id)).sessionsEnded, tokens.length);
  assert.equal(await findSession(tokens[0]?.token ?? ""), null);
  assert.deepEqual((await endSessionsOf(manager, user.id)).sessionsEnded, 0);
});
