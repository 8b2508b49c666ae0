import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { count, eq, sql } from "drizzle-orm";
import { callerFrom } from "#accounts/caller.ts";
import { clock, DAY_MS, steadyNow } from "#accounts/clock.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { insertFrom, SLICE_MS } from "#db/dialect.ts";
import { db } from "#db/engine.ts";
import { auditEvents, emails, knownDevices, rateLimits, sessions } from "#db/schema.ts";
import { freshDatabase, newUser, numbers } from "#db/testing.ts";
import { purge } from "./purge.ts";

await freshDatabase();

const opened = async (user: Awaited<ReturnType<typeof newUser>>) =>
  (await openSession(callerFrom("192.0.2.7", null), user, "token")) ?? assert.fail();

test("an expired session is deleted with an event, a live one stays", async (t) => {
  let now = Date.now();
  t.mock.method(clock, "now", () => now);
  const user = await newUser();
  const old = await opened(user);
  now += 14 * DAY_MS - 1;
  const live = await opened(user);
  now += 1;
  await purge();
  assert.deepEqual(await db().select({ id: sessions.id }).from(sessions), [{ id: live.session.id }]);
  const ended = await db().select().from(auditEvents).where(eq(auditEvents.type, "session.expired"));
  assert.deepEqual(
    ended.map(({ userId, sessionId, at }) => ({ userId, sessionId, at })),
    [{ userId: user.id, sessionId: old.session.id, at: now }],
  );
  await purge();
  assert.equal(await db().$count(auditEvents, eq(auditEvents.type, "session.expired")), 1, "told once");
});

test("an expired session doesn't become valid again when the clock is set back", async (t) => {
  let now = Date.now();
  t.mock.method(clock, "now", () => now);
  const { token, session } = await opened(await newUser());
  now = session.expiresAt;
  assert.equal(await findSession(token), null);
  await new Promise((resolve) => setTimeout(resolve, 100));
  now = session.createdAt;
  assert.equal(await findSession(token), null);
});

test("old events, devices, counters and mails are deleted, and current ones stay", async (t) => {
  const now = steadyNow() + DAY_MS; // later than other tests have set the clock
  const { id } = await newUser();
  await db().delete(auditEvents);
  await db().delete(knownDevices);
  const event = (at: number) => ({ userId: id, type: "session.opened", at });
  await db()
    .insert(auditEvents)
    .values([event(now - 400 * DAY_MS), event(now - 399 * DAY_MS)]);
  const device = (deviceHash: string, lastLoginAt: number) => ({ userId: id, deviceHash, lastLoginAt });
  await db()
    .insert(knownDevices)
    .values([device("old", now - 30 * DAY_MS), device("new", now - 29 * DAY_MS)]);
  const counter = (key: string, expiresAt: number) => ({ key, failures: 1, blockedUntil: 0, expiresAt });
  await db()
    .insert(rateLimits)
    .values([counter("old", now), counter("new", now + 1), { ...counter("under way", now), underWayUntil: now + 1 }]);
  const mail = (kind: string, createdAt: number) => ({ kind, recipient: "r", subject: "s", createdAt, giveUpAt: createdAt });
  await db()
    .insert(emails)
    .values([mail("old", now - 14 * DAY_MS), mail("new", now - 13 * DAY_MS)]);
  t.mock.method(clock, "now", () => now);
  await purge();
  assert.deepEqual(await db().select({ kind: emails.kind }).from(emails), [{ kind: "new" }]);
  assert.deepEqual(await db().select({ at: auditEvents.at }).from(auditEvents), [{ at: now - 399 * DAY_MS }]);
  assert.deepEqual(await db().select({ hash: knownDevices.deviceHash }).from(knownDevices), [{ hash: "new" }]);
  assert.deepEqual(await db().select({ key: rateLimits.key }).from(rateLimits), [{ key: "new" }, { key: "under way" }]);
});

test("while ten thousand expired sessions are deleted, other work runs between the batches", async () => {
  const { id } = await newUser();
  const times = { idleSeconds: 1, createdAt: 1, authenticatedAt: 1, lastUsedAt: 1, expiresAt: 1, endsAtLatest: 1 };
  const ended = {
    id: sql`i`,
    userId: id,
    tokenHash: Buffer.alloc(1),
    deviceName: null,
    device: "d",
    ip: "i",
    kind: "token",
    factors: "password",
    scopes: null,
    endToldAt: null,
    ...times,
  };
  await insertFrom(db(), sessions, ended, numbers(10_000));
  const leftAtTurns = new Set<number>();
  let isPurged = false;
  const look = async () => {
    for (; !isPurged; await setImmediate()) {
      leftAtTurns.add((await db().select({ left: count() }).from(sessions).where(eq(sessions.userId, id)))[0]?.left ?? 0);
    }
  };
  const looking = look();
  await purge();
  isPurged = true;
  await looking;
  assert.equal(await db().$count(sessions, eq(sessions.userId, id)), 0);
  assert.ok(leftAtTurns.size > 40 / SLICE_MS, `only ${leftAtTurns.size} turns between slices`);
});
