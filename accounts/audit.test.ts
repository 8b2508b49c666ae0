import assert from "node:assert/strict";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { db } from "#db/engine.ts";
import { auditEvents, users } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { auditEvent, failedLoginsSinceLastVisit, listAuditEvents } from "./audit.ts";
import { type Caller, callerFrom, operator, type User } from "./caller.ts";
import { clock } from "./clock.ts";
import { commit, must, onCommitted, type RecordedEvent } from "./commit.ts";
import { AUDIT_EVENT_TYPES } from "./contract/api-schemas.ts";
import { parseInput } from "./contract/input.ts";
import { RegisterInput } from "./contract/schemas.ts";
import { AccountsError } from "./errors.ts";
import { listAuditEventsOf, setUserStatus } from "./operator.ts";
import { requirePassword } from "./passwords/change.ts";
import { logIn } from "./sessions/log-in.ts";
import { openSession } from "./sessions/opening.ts";
import { revokeAllSessions, revokeOtherSessions, revokeSession } from "./sessions/sessions.ts";
import { loggedIn } from "./testing.ts";
import { registerUser, updateUser } from "./users/users.ts";

await freshDatabase();

let requests = 0;
const client = () => callerFrom("192.0.2.7", "curl/8.5.0", { requestId: `request-${++requests}` });

const heard = new Map<string | null, RecordedEvent[]>();
onCommitted(({ requestId }, events) => heard.set(requestId, [...(heard.get(requestId) ?? []), ...events]));
const heardOf = ({ requestId }: Caller) => heard.get(requestId) ?? [];

test("an event has its instant, its address and its device in words", async (t) => {
  const { id } = await newUser();
  t.mock.method(clock, "now", () => 1_700_000_000_000);
  await commit(client(), (tx) => ({
    event: auditEvent(tx, client(), "session.revoked", { userId: id, sessionId: 7, detail: "one" }),
  }));
  const [{ id: _, ...event }] = (await eventsOf(id)) as [(typeof auditEvents)["$inferSelect"]];
  assert.deepEqual(event, {
    userId: id,
    type: "session.revoked",
    at: 1_700_000_000_000,
    ip: "192.0.2.7",
    device: "curl 8.5",
    sessionId: 7,
    detail: "one",
  });
});

test("a commit that meets no row or breaks a rule leaves no event", async () => {
  const { id } = await newUser();
  const unmet = commit(client(), (tx) => ({
    event: auditEvent(tx, client(), "user.deleted", { userId: id }),
    user: must(tx.delete(users).where(eq(users.id, -1)), "not_found"),
  }));
  await assert.rejects(unmet, AccountsError);
  const broken = commit(client(), (tx) => ({
    event: auditEvent(tx, client(), "status.changed", { userId: id }),
    user: tx
      .update(users)
      .set({ status: "admin" as "active" })
      .where(eq(users.id, id)),
  }));
  await assert.rejects(broken);
  assert.deepEqual(await eventsOf(id), []);
});

test("listeners get each recorded event once, and nothing that was rolled back", async () => {
  const user = await newUser();
  const asks = client();
  const revoked = (id: number) =>
    commit(asks, (tx) => ({
      events: [auditEvent(tx, asks, "session.revoked", { userId: id })],
      user: must(tx.update(users).set({ bio: "x" }).where(eq(users.id, id)), "not_found"),
    }));
  await assert.rejects(revoked(-1), AccountsError);
  await assert.rejects(
    commit(asks, (tx) => ({ event: auditEvent(tx, asks, "user.deleted", { userId: user.id }), user: tx.insert(users).values(user) })),
  );
  assert.deepEqual(heardOf(asks), []);
  await Promise.allSettled([revoked(-1), revoked(user.id)]);
  assert.deepEqual(heardOf(asks), [{ type: "session.revoked", userId: user.id, sessionId: null }]);
});

test("a registration's event has the new user's id, and a log-in that was retried reports one session", async () => {
  const asks = client();
  const input = parseInput(RegisterInput, { email: "eve@example.org", username: "eve.newman", password: PASSWORD });
  const { user } = await registerUser(asks, input);
  assert.deepEqual(heardOf(asks), [{ type: "user.registered", userId: user.id, sessionId: null }]);
  assert.equal(await openSession(asks, { ...user, sessionEpoch: 7 }, "token"), null);
  const opened = (await openSession(asks, user, "token")) ?? assert.fail();
  assert.deepEqual(heardOf(asks).slice(1), [{ type: "session.opened", userId: user.id, sessionId: opened.session.id }]);
});

test("listeners also learn that a limit was reached, and which session ended beyond the maximum", async () => {
  const user = await newUser();
  const asks = client();
  const wrong = () => logIn(asks, { email: user.email, password: "Wrong horse 7" });
  for (let i = 0; i < 5; i++) await assert.rejects(wrong());
  assert.deepEqual(
    heardOf(asks).map(({ type }) => type),
    [...Array(5).fill("login.failed"), "login.limited"],
  );
  assert.deepEqual(
    heardOf(asks).map(({ userId }) => userId),
    Array(6).fill(user.id),
  );
  const first = (await openSession(client(), user, "token")) ?? assert.fail();
  for (let i = 0; i < 99; i++) await openSession(client(), user, "token");
  const last = client();
  await openSession(last, user, "token");
  assert.deepEqual(heardOf(last)[0], { type: "session.revoked", userId: user.id, sessionId: first.session.id });
});

test("what users do is recorded once, with the session it was done from", async () => {
  const input = parseInput(RegisterInput, { email: "ada@example.org", username: "ada.lovelace", password: PASSWORD });
  const { user } = await registerUser(client(), input);
  const { session } = await loggedIn(client(), { email: user.email, password: PASSWORD });
  let asks = callerFrom("192.0.2.7", "curl/8.5.0", { user, session });
  const change = async (changes: object) => {
    asks = { ...asks, user: (await updateUser(asks, user.id, changes)).user };
  };
  const other = await openSession(client(), user, "browser");
  await change({ bio: "Mathematician.", contact_information: "Office 3" });
  await change({ username: "ada.byron", email: "byron@example.org" });
  await assert.rejects(logIn(client(), { email: asks.user.email, password: "Wrong horse 7" }));
  await revokeSession(asks, other?.session.id ?? 0);
  const third = await openSession(client(), asks.user, "browser");
  await revokeOtherSessions(asks);
  await revokeOtherSessions(asks);
  await revokeAllSessions(asks);
  await setUserStatus(operator, asks.user, "suspended");
  assert.deepEqual(
    (await eventsOf(user.id)).map(({ type, sessionId, detail }) => [type, sessionId, detail]),
    [
      ["user.registered", null, null],
      ["session.opened", session.id, null],
      ["session.opened", other?.session.id, null],
      ["profile.changed", session.id, null],
      ["email.requested", session.id, "ada@example.org → byron@example.org"],
      ["username.changed", session.id, "ada.lovelace → ada.byron"],
      ["login.failed", null, null],
      ["session.revoked", other?.session.id, "one"],
      ["session.opened", third?.session.id, null],
      ["session.revoked", session.id, "others"],
      ["session.revoked", session.id, "all"],
      ["status.changed", null, "active → suspended"],
    ],
  );
  assert.deepEqual((await eventsOf(user.id)).at(-1)?.device, "Command line");
  assert.equal((await eventsOf(user.id)).at(-1)?.ip, null);
});

test("no event ever holds a password or a token", async () => {
  const user = await newUser();
  const { token } = await loggedIn(client(), { email: user.email, password: PASSWORD });
  await assert.rejects(logIn(client(), { email: user.email, password: "canary-Wrong 7" }));
  const written = JSON.stringify(await db().select().from(auditEvents));
  for (const secret of [PASSWORD, token, "canary"]) assert.ok(!written.includes(secret));
});

test("event types are a subject and a past participle", () => {
  for (const type of AUDIT_EVENT_TYPES) assert.match(type, /^[a-z_]+\.[a-z]+ed$/);
  assert.equal(new Set(AUDIT_EVENT_TYPES).size, AUDIT_EVENT_TYPES.length);
});

test("events are listed newest first, by type, and in pages without repetitions or gaps", async () => {
  const { id } = await newUser();
  for (let i = 0; i < 7; i++) {
    const type = i % 2 ? "login.failed" : "profile.changed";
    await commit(client(), (tx) => ({ event: auditEvent(tx, client(), type, { userId: id, detail: String(i) }) }));
  }
  const details = ({ events }: { events: { detail: string | null }[] }) => events.map(({ detail }) => detail).join("");
  assert.equal(details(await listAuditEventsOf(operator, id, { limit: 100 })), "6543210");
  assert.equal(details(await listAuditEventsOf(operator, id, { limit: 100, type: "login.failed" })), "531");
  const first = await listAuditEventsOf(operator, id, { limit: 4 });
  const rest = await listAuditEventsOf(operator, id, { limit: 4, cursor: first.nextCursor ?? undefined });
  assert.deepEqual([details(first), details(rest), rest.nextCursor], ["6543", "210", null]);
  assert.equal((await listAuditEventsOf(operator, id, { limit: 7 })).nextCursor, null, "a page that holds all has none after it");
  assert.deepEqual(await listAuditEventsOf(operator, -1, { limit: 4 }), { events: [], nextCursor: null });
});

test("users see their own events and nobody else's", async () => {
  const [user, other] = [await newUser(), await newUser()];
  const { session } = (await openSession(client(), user, "token")) ?? assert.fail();
  await openSession(client(), other, "token");
  const { events } = await listAuditEvents(callerFrom("192.0.2.7", "curl/8.5.0", { user, session }), { limit: 50 });
  assert.deepEqual(
    events.map(({ userId, type }) => [userId, type]),
    [[user.id, "session.opened"]],
  );
  await assert.rejects(listAuditEvents(client(), { limit: 50 }), AccountsError);
});

test("failed log-ins since the previous visit are counted, without wrong current passwords", async () => {
  const user = await newUser();
  const first = (await openSession(client(), user, "token")) ?? assert.fail();
  await assert.rejects(logIn(callerFrom("198.51.100.9", null), { email: user.email, password: "Wrong horse 7" }));
  await assert.rejects(logIn(callerFrom("198.51.100.9", null), { email: user.email, password: "Wrong horse 8" }));
  const second = (await openSession(client(), user, "token")) ?? assert.fail();
  const asks = callerFrom("192.0.2.7", "curl/8.5.0", { user, session: second.session });
  await assert.rejects(requirePassword(asks, "Wrong horse 9"));
  const { count, since } = await failedLoginsSinceLastVisit(asks);
  assert.equal(count, 2);
  assert.ok(since >= first.session.createdAt && since <= second.session.createdAt);
});

function eventsOf(userId: User["id"]) {
  return db().select().from(auditEvents).where(eq(auditEvents.userId, userId)).orderBy(auditEvents.id);
}
