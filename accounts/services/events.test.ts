import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Caller, callerFrom, operator, type Service, serviceFrom, type User } from "#accounts/caller.ts";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { REVOKING, type Right } from "#accounts/contract/service-schemas.ts";
import { sayNotMe } from "#accounts/emails/not-me.ts";
import { deleteUser, operatorRevokeAll, operatorRevokeSession, setUserStatus } from "#accounts/operator.ts";
import { changePassword } from "#accounts/passwords/change.ts";
import { requestReset, resetPassword } from "#accounts/passwords/reset.ts";
import { purge } from "#accounts/retention/purge.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { findSession, logOut, revokeAllSessions, revokeOtherSessions, revokeSession } from "#accounts/sessions/sessions.ts";
import { mailedToken, refusedAs } from "#accounts/testing.ts";
import { undoEmailChange } from "#accounts/users/email-change.ts";
import { sendVerification, verifyEmail } from "#accounts/users/email-proof.ts";
import { updateUser } from "#accounts/users/users.ts";
import { db, engine } from "#db/engine.ts";
import { auditEvents } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { listEvents, serviceEvent } from "./events.ts";
import { revokeToken } from "./introspection.ts";
import { endListening } from "./listening.ts";
import { createServiceKey, revokeServiceKey } from "./service-keys.ts";

await freshDatabase();
const visitor = callerFrom("127.0.0.1", "curl/8.5.0");

async function service(...rights: Right[]): Promise<Service> {
  return serviceFrom((await createServiceKey(operator, { name: "shop", rights })).key, "192.0.2.1", null);
}

const listener = await service("read_events");
const asked = { types: undefined, wait: 0 };
const REVOCATIONS = REVOKING.join();
const position = async () => String((await listEvents(listener, { after: undefined, ...asked })).position);

async function opened(user: User) {
  const session = await openSession(visitor, user, "token");
  assert.ok(session);
  return { ...session, caller: callerFrom("127.0.0.1", "curl/8.5.0", session) };
}

test("a service reads what happened, in order, from any position", async () => {
  const after = await position();
  const user = await newUser();
  const { session, caller } = await opened(user);
  await revokeSession(caller, session.id);
  const { events, position: next } = await listEvents(listener, { after, ...asked });
  assert.deepEqual(
    events.map((event) => serviceEvent(listener, event)).map(({ type, user_id, session_id }) => [type, user_id, session_id]),
    [
      ["session.opened", user.id, session.id],
      ["session.revoked", user.id, session.id],
    ],
  );
  assert.deepEqual(await listEvents(listener, { after: String(next), ...asked }), { events: [], position: next, more: false });
  const [only] = (await listEvents(listener, { after, types: "session.revoked,user.deleted", wait: 0 })).events;
  assert.deepEqual(only, events[1]);
  const all = await listEvents(listener, { after: "0", ...asked });
  assert.ok(all.events.length > events.length, "from the oldest");
});

test("only a service with the right listens, and addresses need a right of their own", async () => {
  for (const caller of [visitor, operator]) {
    await assert.rejects(listEvents(caller, { after: "0", ...asked }), refusedAs("authentication_required"));
  }
  await assert.rejects(listEvents(await service("introspect", "read_users"), { after: "0", ...asked }), refusedAs("not_permitted"));
  const user = await newUser();
  const { caller } = await opened(user);
  const after = await position();
  await updateUser(caller, user.id, { email: `new-${user.email}` });
  const [event] = (await listEvents(listener, { after, types: "email.requested,email.changed", wait: 0 })).events;
  assert.ok(event);
  assert.ok(event.detail?.includes(user.email) || event?.detail?.includes("new-"), String(event.detail));
  assert.equal(serviceEvent(listener, event).detail, null);
  assert.equal(serviceEvent(await service("read_events", "read_emails"), event).detail, event.detail);
});

test("a position that was never reached is refused, so that a service notices a restored backup", async () => {
  const after = String(Number(await position()) + 1_000);
  await assert.rejects(listEvents(listener, { after, ...asked }), refusedAs("validation_failed", "after"));
});

/** Everything that makes tokens of a user die, by name; each returns a token that is dead then. */
const ENDS: Record<string, (user: User, t: TestContext) => Promise<string>> = {
  "a log-out": async (user) => {
    const { token, caller } = await opened(user);
    await logOut(caller, { all: false });
    return token;
  },
  "the end of one session": async (user) => {
    const [{ token, session }, { caller }] = [await opened(user), await opened(user)];
    await revokeSession(caller, session.id);
    return token;
  },
  "the end of all others": async (user) => {
    const [{ token }, { caller }] = [await opened(user), await opened(user)];
    await revokeOtherSessions(caller);
    return token;
  },
  "the end of all": async (user) => {
    const { token, caller } = await opened(user);
    await revokeAllSessions(caller);
    return token;
  },
  "RFC 7009": async (user) => {
    const { token } = await opened(user);
    await revokeToken(visitor, { token });
    return token;
  },
  "a new password": async (user) => {
    const { token, caller } = await opened(user);
    await changePassword(caller, { current_password: PASSWORD, new_password: `${PASSWORD} and a staple` });
    return token;
  },
  "a reset": async (user) => {
    const { token } = await opened(user);
    await requestReset(visitor, { email: user.email });
    await resetPassword(visitor, { token: await mailedToken("reset", user.email), new_password: `${PASSWORD} and a lamp` });
    return token;
  },
  "the first proof of the address by somebody else": async (user) => {
    const { token, caller } = await opened(user);
    await sendVerification(caller);
    await verifyEmail(visitor, { token: await mailedToken("verify", user.email) });
    return token;
  },
  "a new address": async (user) => {
    const [{ token }, { caller }] = [await opened(user), await opened(user)];
    const email = `new-${user.email}`;
    await updateUser(caller, user.id, { email });
    await verifyEmail(caller, { token: await mailedToken("verify_change", email) });
    return token;
  },
  "the undo of a new address": async (user) => {
    const { token, caller } = await opened(user);
    const email = `newer-${user.email}`;
    await updateUser(caller, user.id, { email });
    await verifyEmail(caller, { token: await mailedToken("verify_change", email) });
    await undoEmailChange(visitor, { token: await mailedToken("undo_change", user.email) });
    return token;
  },
  "“That wasn’t me”": async (user) => {
    const { token, caller } = await opened(user);
    await updateUser(caller, user.id, { username: `Other-${user.id}` });
    await sayNotMe(visitor, { token: await mailedToken("username_changed", user.email) });
    return token;
  },
  "a suspension": async (user) => {
    const { token } = await opened(user);
    await setUserStatus(operator, user, "suspended");
    return token;
  },
  "a deletion": async (user) => {
    const { token } = await opened(user);
    await deleteUser(operator, user);
    return token;
  },
  "the operator’s end of one": async (user) => {
    const { token, session } = await opened(user);
    await operatorRevokeSession(operator, session.id);
    return token;
  },
  "the operator’s end of all": async (user) => {
    const { token } = await opened(user);
    await operatorRevokeAll(operator, user);
    return token;
  },
  "the limit of sessions": async (user) => {
    const { token } = await opened(user);
    for (let i = 0; i < 100; i++) await opened(user);
    return token;
  },
  expiry: async (user, t) => {
    const { token } = await opened(user);
    const later = Date.now() + 31 * DAY_MS;
    t.mock.method(clock, "now", () => later);
    await purge();
    return token;
  },
};

for (const [name, end] of Object.entries(ENDS)) {
  test(`whoever listens to revocations hears of ${name}`, async (t) => {
    const user = await newUser();
    const after = await position();
    const token = await end(user, t);
    assert.equal(await findSession(token), null, "it is dead");
    const { events } = await listEvents(listener, { after, types: REVOCATIONS, wait: 0 });
    assert.ok(
      events.some(({ userId }) => userId === user.id),
      "and told",
    );
  });
}

test("who waits is told at once what somebody does, and only what was asked for", async () => {
  const user = await newUser();
  const after = await position();
  const waiting = listEvents(listener, { after, types: REVOCATIONS, wait: 30 });
  const { token, session } = await opened(user);
  const startedAt = performance.now();
  await revokeToken(visitor, { token });
  const { events } = await waiting;
  assert.ok(performance.now() - startedAt < 1_000);
  assert.deepEqual(
    events.map(({ type, sessionId }) => [type, sessionId]),
    [["session.revoked", session.id]],
  );
});

test("who waits hears what another process does", async () => {
  const user = await newUser();
  const after = await position();
  const waiting = listEvents(listener, { after, ...asked, wait: 30 });
  await new Promise((resolve) => setTimeout(resolve, 5)); // it waits
  const row = { userId: user.id, type: "session.revoked", at: Date.now() };
  await db().insert(auditEvents).values(row); // no commit of this process tells of it
  assert.deepEqual(
    (await waiting).events.map(({ userId, type }) => [userId, type]),
    [[user.id, "session.revoked"]],
  );
});

test("a thousand who wait cost one look together, and all are told", async (t) => {
  const user = await newUser();
  const { token } = await opened(user);
  const after = await position();
  const waiting = Array.from({ length: 1_000 }, (_, i) =>
    listEvents(listener, { after, types: i % 2 ? REVOCATIONS : "user.deleted", wait: i % 2 ? 30 : 1 }),
  );
  await listEvents(listener, { after, types: "user.deleted", wait: 1 }); // by now all wait
  const looks = t.mock.method(engine(), "lastEvent");
  await revokeToken(visitor, { token });
  const pages = await Promise.all(waiting);
  assert.ok(looks.mock.callCount() < 100, `${looks.mock.callCount()} looks`);
  assert.deepEqual(
    [pages.filter(({ events }) => events.length === 1).length, pages.filter(({ events }) => events.length === 0).length],
    [500, 500],
  );
});

test("a reader misses no event of commits at the same time, and gets them in one order", async () => {
  const person = await newUser();
  const sessions = await Promise.all(Array.from({ length: 40 }, () => opened(person)));
  let after = await position();
  const first = after;
  const read: number[] = [];
  const ending = Promise.all(sessions.map(({ token }) => revokeToken(visitor, { token })));
  for (let isOver = false; !isOver; ) {
    isOver = read.length >= sessions.length;
    const page = await listEvents(listener, { after, types: undefined, wait: isOver ? 0 : 10 });
    read.push(...page.events.map(({ id }) => id));
    after = String(page.position);
  }
  await ending;
  assert.equal(read.length, sessions.length);
  const again = await listEvents(listener, { after: first, ...asked });
  assert.deepEqual(
    read,
    again.events.map(({ id }) => id),
  );
});

test("a key that is ended while it waits hears nothing more", async () => {
  const short = await service("read_events");
  const waiting = listEvents(short, { after: await position(), types: "user.deleted", wait: 30 }); // nothing else ends the wait
  await Promise.all([assert.rejects(waiting, refusedAs("invalid_token")), revokeServiceKey(operator, short.key.id)]);
});

test("a client that breaks off leaves at once", async () => {
  const leaving = new AbortController();
  const waiting = listEvents(listener, { after: await position(), ...asked, wait: 30 }, leaving.signal);
  setImmediate(() => leaving.abort());
  assert.deepEqual((await waiting).events, []);
});

test("a stop answers all who wait, and later ones at once", async () => {
  const after = await position();
  const ask = (caller: Caller) => listEvents(caller, { after, ...asked, wait: 30 });
  const waiting = Array.from({ length: 20 }, () => ask(listener));
  await new Promise((resolve) => setTimeout(resolve, 20));
  endListening();
  for (const page of [...(await Promise.all(waiting)), await ask(listener)])
    assert.deepEqual(page, { events: [], position: Number(after), more: false });
});
