import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { and, eq, gt } from "drizzle-orm";
import { erasures } from "#db/deletions-schema.ts";
import { insertFrom } from "#db/dialect.ts";
import { db } from "#db/engine.ts";
import { auditEvents, avatars, emails, sessions, users } from "#db/schema.ts";
import { freshDatabase, newUser, numbers, PASSWORD } from "#db/testing.ts";
import { auditEvent } from "./audit.ts";
import { callerFrom, operator, type SignedIn, type User } from "./caller.ts";
import { clock, DAY_MS, HOUR_MS, MINUTE_MS } from "./clock.ts";
import { commit } from "./commit.ts";
import { AccountsError } from "./errors.ts";
import * as operatorFunctions from "./operator.ts";
import {
  deleteUser,
  findUser,
  listAuditEventsOf,
  listSessionsOf,
  operatorRevokeAll,
  operatorRevokeEverybody,
  operatorRevokeSession,
  setUserStatus,
} from "./operator.ts";
import { changePassword } from "./passwords/change.ts";
import { purge } from "./retention/purge.ts";
import { logIn } from "./sessions/log-in.ts";
import { openSession } from "./sessions/opening.ts";
import { findSession, revokeAllSessions, revokeOtherSessions } from "./sessions/sessions.ts";

await freshDatabase();

const client = () => callerFrom("192.0.2.7", "curl/8.5.0");
const isNotFound = (error: unknown) => error instanceof AccountsError && error.code === "not_found";

test("a deleted user is gone with sessions and picture, and can register anew", async () => {
  await db()
    .insert(avatars)
    .values({ hash: "own", bytes: Buffer.from("x") });
  const user = await newUser({ avatarHash: "own" });
  const { token } = await opened(user);
  assert.deepEqual(await deleteUser(operator, user), { sessionsEnded: 1 });
  assert.equal(await findUser(operator, String(user.id)), null);
  assert.equal(await findSession(token), null);
  assert.equal(await db().$count(sessions, eq(sessions.userId, user.id)), 0);
  assert.equal(await db().$count(avatars, eq(avatars.hash, "own")), 0);
  await assert.rejects(logIn(client(), { email: user.email, password: PASSWORD }), AccountsError);
  assert.notEqual((await newUser({ email: user.email, emailCanonical: user.emailCanonical })).id, user.id);
});

test("the mails of a deleted user are deleted too, also one that is still to be sent", async () => {
  const user = await newUser();
  const row = { kind: "x", recipient: user.email, subject: "x", createdAt: Date.now(), giveUpAt: Date.now() };
  const waiting = { userId: user.id, ...row, nextAttemptAt: Date.now() };
  await db()
    .insert(emails)
    .values([{ userId: user.id, ...row, sentAt: 1 }, { userId: user.id, ...row }, waiting, row]);
  await deleteUser(operator, user);
  const left = await db().select().from(emails).where(eq(emails.kind, "x"));
  assert.deepEqual(
    left.map(({ userId, nextAttemptAt }) => [userId, nextAttemptAt]),
    [[null, null]],
  );
});

test("a picture that another user has too stays when one of them is deleted", async () => {
  await db()
    .insert(avatars)
    .values({ hash: "shared", bytes: Buffer.from("x") });
  const [one, other] = [await newUser({ avatarHash: "shared" }), await newUser({ avatarHash: "shared" })];
  await deleteUser(operator, one);
  assert.equal(await db().$count(avatars, eq(avatars.hash, "shared")), 1);
  await deleteUser(operator, other);
  assert.equal(await db().$count(avatars, eq(avatars.hash, "shared")), 0);
});

test("events of a deleted user keep id, type and instant, and nothing personal", async () => {
  const [user, other] = [await newUser(), await newUser()];
  await opened(user);
  await opened(other);
  await commit(client(), (tx) => ({
    event: auditEvent(tx, client(), "email.changed", { userId: user.id, detail: "canary@example.org → b@example.org" }),
  }));
  await deleteUser(operator, user);
  const { events } = await listAuditEventsOf(operator, user.id, { limit: 10 });
  assert.deepEqual(
    events.map(({ type, ip, detail }) => ({ type, ip, detail })),
    ["user.deleted", "email.changed", "session.opened"].map((type) => ({ type, ip: null, detail: null })),
  );
  assert.deepEqual(
    events.map(({ device }) => device),
    ["Command line", null, null],
  );
  assert.ok(!JSON.stringify(events).includes("canary"));
  assert.equal((await listAuditEventsOf(operator, other.id, { limit: 1 })).events[0]?.ip, "192.0.2.7", "other people's record stays whole");
});

test("thousands of events are erased in slices, while the user is gone at once", async () => {
  const user = await newUser();
  const { token } = await opened(user);
  await writeEvents(user.id, 8_000);
  const deleted = deleteUser(operator, user);
  const left = new Set<number>();
  while (left.size < 3) {
    await sleep(1);
    if (await findUser(operator, String(user.id))) continue;
    assert.equal(await findSession(token), null);
    left.add(await personalOf(user.id));
  }
  await deleted;
  assert.equal(await personalOf(user.id), 0);
});

test("the next purge finishes an interrupted erasure, and erases a late event", async (t) => {
  const [user, other] = [await newUser(), await newUser()];
  await writeEvents(other.id, 1);
  await deleteUser(operator, user);
  await writeEvents(user.id, 50);
  await purge();
  assert.equal(await personalOf(user.id), 0);
  const later = Date.now() + 2 * MINUTE_MS;
  t.mock.method(clock, "now", () => later);
  await writeEvents(user.id, 1);
  await purge();
  assert.equal(await personalOf(user.id), 0);
  assert.equal(await db().$count(erasures), 0, "two minutes later nothing can come any more");
  assert.equal(await personalOf(other.id), 1, "other people's record stays whole");
});

test("a deleted user can't be deleted again, which leaves no event", async () => {
  const user = await newUser();
  await deleteUser(operator, user);
  const before = await db().$count(auditEvents);
  await assert.rejects(deleteUser(operator, user), isNotFound);
  await assert.rejects(operatorRevokeAll(operator, user), isNotFound);
  assert.equal(await db().$count(auditEvents), before);
});

test("the operator ends any user's session, recorded as the operator's act", async () => {
  const user = await newUser();
  const [one, other] = [await opened(user), await opened(user)];
  await operatorRevokeSession(operator, one.session.id);
  assert.equal(await findSession(one.token), null);
  assert.ok(await findSession(other.token));
  const [event] = (await listAuditEventsOf(operator, user.id, { limit: 1 })).events;
  assert.deepEqual([event?.type, event?.sessionId, event?.detail], ["session.revoked", one.session.id, "by operator"]);
  await assert.rejects(operatorRevokeSession(operator, one.session.id), isNotFound);
});

test("the operator ends all sessions of a user, including that of a log-in under way", async () => {
  const user = await newUser();
  const [one, stranger] = [await opened(user), await opened(await newUser())];
  await opened(user);
  assert.deepEqual(await operatorRevokeAll(operator, user), { sessionsEnded: 2 });
  assert.equal(await findSession(one.token), null);
  assert.equal(await openSession(client(), user, "token"), null, "its password was checked before");
  assert.ok(await findSession(stranger.token));
});

test("the operator ends every session of everybody, each with its event, and log-ins under way open none", async () => {
  const [one, other, idle] = [await newUser(), await newUser(), await newUser()];
  const ended = [await opened(one), await opened(one), await opened(other)];
  const expired = await opened(other);
  await db().update(sessions).set({ expiresAt: Date.now() }).where(eq(sessions.id, expired.session.id));
  const live = await db().$count(sessions, gt(sessions.expiresAt, Date.now()));
  assert.deepEqual(await operatorRevokeEverybody(operator), { sessionsEnded: live });
  assert.equal(await db().$count(sessions), 0, "expired ones are gone too");
  for (const { token, session, user } of ended) {
    assert.equal(await findSession(token), null);
    const { events } = await listAuditEventsOf(operator, user.id, { type: "session.revoked", limit: 10 });
    const own = events.filter(({ sessionId }) => sessionId === session.id);
    assert.deepEqual(
      own.map(({ ip, device, detail }) => [ip, device, detail]),
      [[null, "Command line", "by operator"]],
    );
  }
  const { events } = await listAuditEventsOf(operator, other.id, { type: "session.revoked", limit: 10 });
  assert.equal(events.length, 1, "none for the expired one");
  for (const user of [one, other, idle]) assert.equal(await openSession(client(), user, "token"), null, "the password was checked before");
  assert.deepEqual(await operatorRevokeEverybody(operator), { sessionsEnded: 0 });
});

test("everybody's sessions end in slices, while people go on logging in", async () => {
  const many = await Promise.all(Array.from({ length: 150 }, () => newUser()));
  for (const user of many) await opened(user);
  const late = await newUser();
  let isDone = false;
  let worked = 0;
  const busy = (async () => {
    while (!isDone) {
      const user = await findUser(operator, String(late.id));
      if (user && (await openSession(client(), user, "token"))) worked++;
      await sleep(1);
    }
  })();
  while (worked === 0) await sleep(1);
  const { sessionsEnded } = await operatorRevokeEverybody(operator);
  isDone = true;
  await busy;
  assert.ok(sessionsEnded >= 150);
  const left = await db().select({ userId: sessions.userId }).from(sessions);
  assert.deepEqual(
    [...new Set(left.map(({ userId }) => userId))].filter((id) => id !== late.id),
    [],
  );
});

test("a user's sessions are listed with the most recently used first, without ended ones", async (t) => {
  const user = await newUser();
  let now = Date.now();
  t.mock.method(clock, "now", () => now);
  const first = await opened(user);
  now += HOUR_MS;
  const second = await opened(user);
  await opened(await newUser());
  const ids = async () => (await listSessionsOf(operator, user)).map(({ id }) => id);
  assert.deepEqual(await ids(), [second.session.id, first.session.id]);
  now += 14 * DAY_MS - HOUR_MS;
  assert.deepEqual(await ids(), [second.session.id]);
});

for (const [name, call] of Object.entries<(...given: never[]) => unknown>(operatorFunctions)) {
  test(`${name} refuses visitors and users, and does nothing`, async () => {
    const user = await newUser();
    const { session } = await opened(user);
    for (const caller of [client(), callerFrom("192.0.2.7", null, { user, session })]) {
      const before = await everything();
      await assert.rejects(async () => call(...([caller, user, "suspended"] as never[])), /only the operator/);
      assert.deepEqual(await everything(), before);
    }
  });
}

/** All that end several sessions at once, for whoever is signed in. */
const ENDS: Record<string, (caller: SignedIn) => Promise<{ sessionsEnded: number }>> = {
  "ending the other sessions": (caller) => revokeOtherSessions(caller),
  "ending all sessions": (caller) => revokeAllSessions(caller),
  "changing the password": (caller) => changePassword(caller, { current_password: PASSWORD, new_password: "Another horse 8 battery" }),
  "ending all sessions as the operator": ({ user }) => operatorRevokeAll(operator, user),
  "suspending the user": ({ user }) => setUserStatus(operator, user, "suspended"),
  "deleting the user": ({ user }) => deleteUser(operator, user),
};
const KEEPS_OWN = ["ending the other sessions", "changing the password"];
for (const [end, endThem] of Object.entries(ENDS)) {
  test(`${end} counts live sessions only, and a log-in under way opens none`, async () => {
    const user = await newUser();
    const [own, , expired] = [await opened(user), await opened(user), await opened(user)];
    await db().update(sessions).set({ expiresAt: Date.now() }).where(eq(sessions.id, expired.session.id));
    const { sessionsEnded } = await endThem(callerFrom("192.0.2.7", null, own));
    assert.equal(sessionsEnded, KEEPS_OWN.includes(end) ? 1 : 2);
    assert.equal(await db().$count(sessions, eq(sessions.userId, user.id)), KEEPS_OWN.includes(end) ? 1 : 0, "expired ones are gone too");
    assert.equal(await openSession(client(), user, "token"), null);
  });
}

function everything() {
  return Promise.all([users, sessions, auditEvents].map(async (table) => db().select().from(table).orderBy(table.id)));
}

async function writeEvents(userId: number, count: number): Promise<void> {
  const event = { userId, type: "profile.changed", at: Date.now(), ip: "192.0.2.7", device: "canary", sessionId: 1, detail: "canary" };
  await insertFrom(db(), auditEvents, event, numbers(count));
}

/** How many events of a user still say something personal. */
const personalOf = (userId: number) =>
  db().$count(auditEvents, and(eq(auditEvents.userId, userId), eq(auditEvents.ip, "192.0.2.7"), eq(auditEvents.detail, "canary")));

async function opened(user: User) {
  const result = await openSession(client(), user, "token");
  assert.ok(result);
  return result;
}
