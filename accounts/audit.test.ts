import assert from "node:assert/strict";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { commit, db, must } from "#db/client.ts";
import { auditEvents, users } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { auditEvent } from "./audit.ts";
import { callerFrom, systemCaller, type User } from "./caller.ts";
import { clock } from "./clock.ts";
import { parseInput } from "./input.ts";
import { AUDIT_EVENT_TYPES, RegisterInput } from "./schemas.ts";
import { logIn, openSession, revokeAllSessions, revokeOtherSessions, revokeSession } from "./sessions.ts";
import { registerUser, setUserStatus, updateUser } from "./users.ts";

freshDatabase();

const client = () => callerFrom("192.0.2.7", "curl/8.5.0");

test("an event has its instant, its address and its device in words", async (t) => {
  const { id } = newUser();
  t.mock.method(clock, "now", () => 1_700_000_000_000);
  await commit((tx) => [auditEvent(tx, client(), "session.revoked", { userId: id, sessionId: 7, detail: "one" })]);
  const [{ id: _, ...event }] = eventsOf(id) as [(typeof auditEvents)["$inferSelect"]];
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
  const { id } = newUser();
  const unmet = await commit((tx) => [
    auditEvent(tx, client(), "user.deleted", { userId: id }),
    must(tx.delete(users).where(eq(users.id, -1))),
  ]);
  assert.equal(unmet, null);
  const broken = commit((tx) => [
    auditEvent(tx, client(), "status.changed", { userId: id }),
    tx
      .update(users)
      .set({ status: "admin" as "active" })
      .where(eq(users.id, id)),
  ]);
  await assert.rejects(broken);
  assert.deepEqual(eventsOf(id), []);
});

test("what people do is on record, each act once, with the session it was done from", async () => {
  const input = parseInput(RegisterInput, { email: "ada@example.org", username: "ada.lovelace", password: PASSWORD });
  const { user } = await registerUser(client(), input);
  const { session } = await logIn(client(), { email: user.email, password: PASSWORD });
  const asks = { ...client(), user, session };
  const change = async (changes: object) => {
    asks.user = (await updateUser(asks, user.id, changes)).user;
  };
  const other = await openSession(client(), user, "browser");
  await change({ bio: "Mathematician.", contact_information: "Office 3" });
  await change({ username: "ada.byron", email: "byron@example.org" });
  await assert.rejects(logIn(client(), { email: asks.user.email, password: "Wrong horse 7" }));
  await revokeSession(asks, other?.session.id ?? 0);
  await revokeOtherSessions(asks);
  await revokeAllSessions(asks);
  await setUserStatus(systemCaller, asks.user, "suspended");
  assert.deepEqual(
    eventsOf(user.id).map(({ type, sessionId, detail }) => [type, sessionId, detail]),
    [
      ["user.registered", null, null],
      ["session.opened", session.id, null],
      ["session.opened", other?.session.id, null],
      ["profile.changed", session.id, null],
      ["email.changed", session.id, "ada@example.org → byron@example.org"],
      ["username.changed", session.id, "ada.lovelace → ada.byron"],
      ["login.failed", null, null],
      ["session.revoked", other?.session.id, "one"],
      ["session.revoked", session.id, "others"],
      ["session.revoked", session.id, "all"],
      ["status.changed", null, "active → suspended"],
    ],
  );
  assert.deepEqual(eventsOf(user.id).at(-1)?.device, "Command line");
  assert.equal(eventsOf(user.id).at(-1)?.ip, null);
});

test("no event ever holds a password or a token", async () => {
  const user = newUser();
  const { token } = await logIn(client(), { email: user.email, password: PASSWORD });
  await assert.rejects(logIn(client(), { email: user.email, password: "canary-Wrong 7" }));
  const written = JSON.stringify(db().select().from(auditEvents).all());
  for (const secret of [PASSWORD, token, "canary"]) assert.ok(!written.includes(secret));
});

test("types are a subject and what happened to it", () => {
  for (const type of AUDIT_EVENT_TYPES) assert.match(type, /^[a-z]+\.[a-z]+ed$/);
  assert.equal(new Set(AUDIT_EVENT_TYPES).size, AUDIT_EVENT_TYPES.length);
});

function eventsOf(userId: User["id"]) {
  return db().select().from(auditEvents).where(eq(auditEvents.userId, userId)).orderBy(auditEvents.id).all();
}
