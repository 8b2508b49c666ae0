import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { hash as argon2 } from "@node-rs/argon2";
import { hash as bcrypt } from "@node-rs/bcrypt";
import { eq, is, sql, Table } from "drizzle-orm";
import { callerFrom, housekeeping, operator, type User } from "#accounts/caller.ts";
import { clock, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { AccountsError } from "#accounts/errors.ts";
import { type Fault, onFault } from "#accounts/faults.ts";
import { setUserStatus } from "#accounts/operator.ts";
import { hashPassword, isOutdated } from "#accounts/passwords/passwords.ts";
import { loggedIn } from "#accounts/testing.ts";
import { findUserById } from "#accounts/users/users.ts";
import { db } from "#db/engine.ts";
import * as schema from "#db/schema.ts";
import { auditEvents, sessions, users } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import type { SessionKind } from "./lifetimes.ts";
import { logIn } from "./log-in.ts";
import { type OpenedSession, openSession } from "./opening.ts";
import {
  findPageSession,
  findSession,
  listSessions,
  logOut,
  publicSession,
  renameSession,
  revokeAllSessions,
  revokeOtherSessions,
  revokeSession,
} from "./sessions.ts";
import { newToken, readToken } from "./tokens.ts";
import { writeUses } from "./use.ts";

const IDLE_MS = 14 * DAY_MS;
const ABSOLUTE_MS = 30 * DAY_MS;
const MAX_SESSIONS = 100;

await freshDatabase();
let clients = 0;
const client = () => callerFrom(`127.1.${++clients >> 8}.${clients & 255}`, "curl/8.5.0");
const signedIn = ({ user, session }: OpenedSession) => callerFrom(client().ip, "curl/8.5.0", { user, session });

test("the right password opens a session with a working token", async () => {
  const user = await newUser();
  const opened = await loggedIn(client(), {
    email: ` ${user.email.toUpperCase()} `.trim(),
    password: PASSWORD,
    device_name: "Build server",
  });
  const found = await findSession(opened.token);
  assert.equal(found?.user.id, user.id);
  assert.equal(found?.session.deviceName, "Build server");
  assert.equal(found?.session.device, "curl 8.5");
});

test("the database has only the hash of a token", async () => {
  const { token, session } = await openedBy(await newUser());
  const tables = Object.values(schema).filter((table) => is(table, Table));
  const rows = (await Promise.all(tables.map(async (table) => db().select().from(table)))).flat();
  const values = rows.flatMap((row) => Object.values(row)).map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value))));
  const has = (secret: string | Buffer) => values.some((value) => value.includes(secret));
  assert.ok(!has(token) && !has(token.slice(11, 54)), "neither the token nor its secret");
  assert.ok(has(readToken("token", token)?.hash ?? "?"));
  assert.ok(!JSON.stringify(publicSession(session, undefined)).includes("hash"));
});

test("an unknown email address and a wrong password are refused in the same words", async () => {
  const user = await newUser();
  await assert.rejects(logIn(client(), { email: user.email, password: "Wrong horse 7" }), refusedAs("invalid_credentials"));
  await assert.rejects(logIn(client(), { email: "nobody@example.org", password: PASSWORD }), refusedAs("invalid_credentials"));
});

test("only the right password reveals that an account is suspended or inactive", async () => {
  for (const status of ["suspended", "inactive"] as const) {
    const { email } = await newUser({ status });
    await assert.rejects(logIn(client(), { email, password: "Wrong horse 7" }), refusedAs("invalid_credentials"));
    await assert.rejects(logIn(client(), { email, password: PASSWORD }), refusedAs(`account_${status}`));
  }
});

test("a token with a wrong secret, of an unknown row or of a wrong shape is refused", async () => {
  const { token } = await openedBy(await newUser());
  for (const wrong of ["", "x", token.slice(0, -1), token.toLowerCase(), newToken("token").token])
    assert.equal(await findSession(wrong), null);
  assert.equal(await findSession(newToken("token", readToken("token", token)?.id).token), null, "right key, right checksum, wrong secret");
  assert.ok(await findSession(token));
});

test("a page's cookie isn't accepted as a token, nor a token as a cookie", async () => {
  const user = await newUser();
  const [token, browser, lasting] = [await openedBy(user), await openedBy(user, "browser"), await openedBy(user, "lasting")];
  assert.match(token.token, /^lk_/);
  for (const { token: cookie, session } of [browser, lasting]) {
    assert.match(cookie, /^lkc_/);
    assert.equal(await findSession(cookie), null);
    assert.equal(await findSession(`lk_${cookie.slice("lkc_".length)}`), null);
    assert.equal((await findPageSession(cookie))?.session.id, session.id);
  }
  assert.equal(await findPageSession(token.token), null);
  assert.equal(await findPageSession(`lkc_${token.token.slice("lk_".length)}`), null);
  assert.deepEqual((await listSessions(signedIn(token))).map(({ kind }) => kind).sort(), ["browser", "lasting", "token"]);
});

test("a browser's session from before cookies had their own prefix isn't a session of an API client", async () => {
  const { token, session } = await openedBy(await newUser());
  await commit(housekeeping, (tx) => ({ old: tx.update(sessions).set({ kind: "browser" }).where(eq(sessions.id, session.id)) }));
  assert.deepEqual([await findSession(token), await findPageSession(token)], [null, null]);
});

test("a lasting session ends after 14 days without use, to the minute", async (t) => {
  const { token, session } = await openedBy(await newUser());
  let now = session.createdAt + IDLE_MS - 1;
  t.mock.method(clock, "now", () => now);
  assert.ok(await findSession(token));
  await writeUses();
  now += IDLE_MS - 1;
  assert.ok(await findSession(token), "a use 14 days ago kept it");
  now = session.createdAt + 2 * IDLE_MS - 1;
  assert.equal(await findSession(token), null);
});

test("a session that is never used expires exactly when it says", async (t) => {
  const { token, session } = await openedBy(await newUser());
  t.mock.method(clock, "now", () => session.expiresAt);
  assert.equal(session.expiresAt, session.createdAt + IDLE_MS);
  assert.equal(await findSession(token), null);
});

test("a lasting session ends 30 days after it was opened, however much it is used", async (t) => {
  const { token, session } = await openedBy(await newUser());
  let now = session.createdAt;
  t.mock.method(clock, "now", () => now);
  for (; now < session.createdAt + ABSOLUTE_MS; now += DAY_MS) {
    assert.ok(await findSession(token), `day ${(now - session.createdAt) / DAY_MS}`);
    await writeUses();
  }
  assert.equal(await findSession(token), null);
});

test("a browser session ends after an hour without use, and after a day regardless", async (t) => {
  const { token, session } = await openedBy(await newUser(), "browser");
  let now = session.createdAt + HOUR_MS - 1;
  t.mock.method(clock, "now", () => now);
  assert.ok(await findPageSession(token));
  await writeUses();
  for (; now < session.createdAt + DAY_MS; now += HOUR_MS / 2) {
    assert.ok(await findPageSession(token));
    await writeUses();
  }
  assert.equal(await findPageSession(token), null);
  const unused = await openedBy(await newUser(), "browser");
  now += HOUR_MS;
  assert.equal(await findPageSession(unused.token), null);
});

test("the last use is written at most once a minute, after the answer", async (t) => {
  const { token, session } = await openedBy(await newUser());
  let now = session.createdAt + MINUTE_MS - 1;
  t.mock.method(clock, "now", () => now);
  await findSession(token);
  await writeUses();
  assert.equal(await lastUse(session.id), session.createdAt, "within the minute: nothing");
  now += 1;
  await Promise.all(Array.from({ length: 50 }, () => findSession(token)));
  assert.equal(await lastUse(session.id), session.createdAt, "not on the way of the answer");
  await writeUses();
  assert.equal(await lastUse(session.id), now);
  const written = now;
  now += 30 * SECOND_MS;
  await findSession(token);
  await writeUses();
  assert.equal(await lastUse(session.id), written);
});

test("a session shows where it was last used from: the first other address immediately, further ones within a minute", async (t) => {
  const { token, session } = await openedBy(await newUser());
  let now = session.createdAt + SECOND_MS;
  t.mock.method(clock, "now", () => now);
  const seenFrom = async (ip: string) => {
    const found = await findSession(token, ip);
    assert.ok(found);
    return publicSession(found.session, undefined).ip;
  };
  assert.equal(await seenFrom("192.0.2.1"), "192.0.2.1", "before it is written");
  await writeUses();
  assert.equal(await seenFrom("192.0.2.1"), "192.0.2.1");
  now += 30 * SECOND_MS;
  assert.equal(await seenFrom("192.0.2.2"), "192.0.2.1", "one that changes all the time is not written each time");
  await writeUses();
  now += 30 * SECOND_MS;
  assert.equal(await seenFrom("192.0.2.2"), "192.0.2.2");
});

test("the last use is written without another request", async (t) => {
  const { token, session } = await openedBy(await newUser());
  t.mock.method(clock, "now", () => session.createdAt + HOUR_MS);
  await findSession(token);
  while ((await lastUse(session.id)) === session.createdAt) await sleep(20);
  assert.equal(await lastUse(session.id), session.createdAt + HOUR_MS);
});

test("a clock that goes back ends no session and writes no use", async (t) => {
  const { token, session } = await openedBy(await newUser());
  t.mock.method(clock, "now", () => session.createdAt - DAY_MS);
  assert.ok(await findSession(token));
  await writeUses();
  assert.equal(await lastUse(session.id), session.createdAt);
});

test("beyond 100 live sessions the one unused for longest ends", async (t) => {
  const user = await newUser();
  let now = Date.now();
  t.mock.method(clock, "now", () => now);
  const opened: OpenedSession[] = [];
  for (let i = 0; i < MAX_SESSIONS; i++, now += MINUTE_MS) opened.push(await openedBy(user));
  const [oldest, second] = opened as [OpenedSession, OpenedSession];
  assert.ok(await findSession(oldest.token), "the oldest is used again");
  await writeUses();
  now += MINUTE_MS;
  await openedBy(user);
  assert.equal(await findSession(second.token), null);
  assert.ok(await findSession(oldest.token));
  assert.equal((await listSessions(signedIn(oldest))).length, MAX_SESSIONS);
});

test("expired sessions don't count towards the maximum", async (t) => {
  const user = await newUser();
  let now = Date.now();
  t.mock.method(clock, "now", () => now);
  const lasting = await openedBy(user);
  for (let i = 0; i < MAX_SESSIONS; i++, now += MINUTE_MS) await openedBy(user, "browser");
  const newest = await openedBy(user);
  assert.ok(await findSession(lasting.token), "an hour later 40 of the browser sessions are over: one of them goes");
  assert.ok(await findSession(newest.token));
});

test("a user sees their own live sessions, this one first, then the most recently used", async (t) => {
  const user = await newUser();
  let now = Date.now();
  t.mock.method(clock, "now", () => now);
  const first = await openedBy(user);
  now += HOUR_MS;
  const second = await openedBy(user);
  now += HOUR_MS;
  const third = await openedBy(user);
  await openedBy(await newUser());
  const ids = async (asks: OpenedSession) => (await listSessions(signedIn(asks))).map(({ id }) => id);
  assert.deepEqual(await ids(first), [first.session.id, third.session.id, second.session.id]);
  now = first.session.expiresAt;
  assert.deepEqual(await ids(second), [second.session.id, third.session.id], "an ended one is not shown");
});

test("logging out ends this session and no other", async () => {
  const user = await newUser();
  const [one, other] = [await openedBy(user), await openedBy(user)];
  assert.deepEqual(await logOut(signedIn(one), { all: false }), { sessionsEnded: 1 });
  assert.equal(await findSession(one.token), null);
  assert.ok(await findSession(other.token));
});

test("ending one's other sessions keeps this one, ending all keeps none, and both leave other people alone", async () => {
  const user = await newUser();
  const stranger = await openedBy(await newUser());
  const [one, two, three] = [await openedBy(user), await openedBy(user), await openedBy(user)];
  assert.deepEqual(await revokeOtherSessions(signedIn(one)), { sessionsEnded: 2 });
  assert.deepEqual(await Promise.all([one, two, three].map(async ({ token }) => (await findSession(token)) !== null)), [
    true,
    false,
    false,
  ]);
  const again = await loggedIn(client(), { email: user.email, password: PASSWORD });
  assert.deepEqual(await revokeAllSessions(signedIn(one)), { sessionsEnded: 2 });
  assert.ok(!(await findSession(one.token)) && !(await findSession(again.token)));
  assert.ok(await findSession(stranger.token));
});

test("another person's session, an unknown one and one that ended are refused alike", async () => {
  const mine = await openedBy(await newUser());
  const theirs = await openedBy(await newUser());
  const ended = await openedBy(mine.user);
  await revokeSession(signedIn(mine), ended.session.id);
  for (const id of [theirs.session.id, ended.session.id, 0, -1, Number.NaN, 1e300]) {
    await assert.rejects(revokeSession(signedIn(mine), id), refusedAs("not_found"));
  }
  assert.ok(await findSession(theirs.token));
});

test("users name their own sessions and nobody else's, and an empty name removes the name", async () => {
  const [mine, theirs] = [await openedBy(await newUser()), await openedBy(await newUser())];
  const { session } = await renameSession(signedIn(mine), mine.session.id, { device_name: "Build server" });
  assert.equal(session.deviceName, "Build server");
  assert.equal((await findSession(mine.token))?.session.deviceName, "Build server");
  await renameSession(signedIn(mine), mine.session.id, { device_name: "" });
  assert.equal((await findSession(mine.token))?.session.deviceName, null);
  await assert.rejects(renameSession(signedIn(mine), theirs.session.id, { device_name: "Defaced" }), refusedAs("not_found"));
  assert.equal((await findSession(theirs.token))?.session.deviceName, null);
});

test("without a session nothing can be listed or ended", async () => {
  await assert.rejects(listSessions(client()), refusedAs("authentication_required"));
  await assert.rejects(revokeSession(client(), 1), refusedAs("authentication_required"));
  await assert.rejects(revokeAllSessions(client()), refusedAs("authentication_required"));
  await assert.rejects(revokeOtherSessions(client()), refusedAs("authentication_required"));
});

test("after “end all” no log-in that was under way has a session that is not in the list", async () => {
  const user = await newUser();
  const racing = Array.from({ length: 100 }, () => loggedIn(client(), { email: user.email, password: PASSWORD }));
  const settled = Promise.allSettled(racing);
  const early: OpenedSession[] = [];
  for (const one of racing) one.then((opened) => early.push(opened)).catch(() => {});
  for (let i = 0; i < 4; i++) {
    await sleep(60);
    const own = signedIn(await openedBy((await findUserById(user.id)) ?? user));
    const before = [...early];
    await revokeAllSessions(own);
    for (const { token } of before) assert.equal(await findSession(token), null, "opened before, dead now");
  }
  const results = await settled;
  const opened = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  for (const result of results) if (result.status === "rejected") assert.ok(refusedAs("overloaded")(result.reason));
  const found = await Promise.all(opened.map(({ token }) => findSession(token)));
  const alive = found.flatMap((one) => (one ? [one.session.id] : []));
  assert.deepEqual(alive.sort(), (await liveRows(user)).sort());
  const last = await loggedIn(client(), { email: user.email, password: PASSWORD });
  const { sessionsEnded } = await revokeAllSessions(signedIn(last));
  assert.equal(sessionsEnded, Math.min(alive.length + 1, MAX_SESSIONS));
  for (const { token } of opened) assert.equal(await findSession(token), null);
});

test("a log-in with a password that has changed meanwhile opens nothing", async () => {
  const user = await newUser();
  const changed = await hashPassword("Another horse 8 battery", { network: "", who: "" });
  const racing = Array.from({ length: 40 }, () => loggedIn(client(), { email: user.email, password: PASSWORD }));
  const settled = Promise.allSettled(racing);
  await sleep(100);
  await commit(housekeeping, (tx) => ({
    user: tx
      .update(users)
      .set({ passwordHash: changed, sessionEpoch: sql`${users.sessionEpoch} + 1` })
      .where(eq(users.id, user.id)),
    ended: tx.delete(sessions).where(eq(sessions.userId, user.id)),
  }));
  const results = await settled;
  assert.equal((await liveRows(user)).length, 0);
  assert.ok(
    results.some(({ status }) => status === "rejected"),
    "some were under way",
  );
  for (const result of results) {
    if (result.status === "fulfilled") assert.equal(await findSession(result.value.token), null);
    else assert.match(result.reason.code, /^(invalid_credentials|rate_limited|overloaded)$/);
  }
});

test("a log-in under way during a suspension opens nothing, not even after activation", async () => {
  const user = await newUser();
  assert.ok(await openSession(client(), user, "token"));
  const suspended = await setUserStatus(operator, user, "suspended");
  assert.equal(await openSession(client(), user, "token"), null);
  await setUserStatus(operator, suspended.user, "active");
  assert.equal(await openSession(client(), user, "token"), null, "what was proven before counts no more");
  assert.equal((await liveRows(user)).length, 0);
});

test("a hash of weaker parameters or of another program is renewed at the next log-in, and the password stays the same", async () => {
  const weaker = await argon2(PASSWORD, { algorithm: 2, memoryCost: 8_192, timeCost: 2, parallelism: 1 });
  for (const passwordHash of [weaker, await bcrypt(PASSWORD, 5)]) {
    const user = await newUser({ passwordHash });
    await assert.rejects(logIn(client(), { email: user.email, password: "Wrong horse 7" }), refusedAs("invalid_credentials"));
    assert.equal((await findUserById(user.id))?.passwordHash, passwordHash, "not by a wrong password");
    const opened = await loggedIn(client(), { email: user.email, password: PASSWORD });
    assert.equal(isOutdated((await findUserById(user.id))?.passwordHash ?? ""), false);
    assert.ok(await findSession(opened.token), "the session of the renewing log-in lives");
    assert.ok(await logIn(client(), { email: user.email, password: PASSWORD }));
  }
});

test("a damaged hash is reported as its user's, refused like a wrong password, and says nothing of itself", async () => {
  const faults: Fault[] = [];
  onFault((fault) => faults.push(fault));
  for (const passwordHash of ["no hash", "$argon2id$v=19$m=19456,t=2,p=1$", `${(await newUser()).passwordHash.slice(0, -9)}`]) {
    const user = await newUser({ passwordHash });
    await assert.rejects(logIn(client(), { email: user.email, password: PASSWORD }), refusedAs("invalid_credentials"));
    assert.deepEqual(faults.splice(0), [{ event: "password_hash.damaged", userId: user.id }], passwordHash);
  }
  await assert.rejects(logIn(client(), { email: (await newUser()).email, password: "Wrong horse 7" }), refusedAs("invalid_credentials"));
  await assert.rejects(logIn(client(), { email: "nobody@example.org", password: PASSWORD }), refusedAs("invalid_credentials"));
  assert.deepEqual(faults, []);
});

test("a failed log-in is recorded with address and device, except with an unknown email address", async () => {
  const user = await newUser();
  const caller = client();
  const before = await db().$count(auditEvents);
  await assert.rejects(logIn(caller, { email: user.email, password: "Wrong horse 7" }));
  await assert.rejects(logIn(caller, { email: "nobody@example.org", password: "Wrong horse 7" }));
  const events = await db().select().from(auditEvents).where(eq(auditEvents.userId, user.id));
  assert.deepEqual(
    events.map(({ type, ip, device }) => ({ type, ip, device })),
    [{ type: "login.failed", ip: caller.ip, device: "curl 8.5" }],
  );
  assert.equal(await db().$count(auditEvents), before + 1);
});

async function openedBy(user: User, kind?: SessionKind): Promise<OpenedSession> {
  const opened = await openSession(client(), user, kind ?? "token");
  assert.ok(opened);
  return opened;
}

async function liveRows(user: User): Promise<number[]> {
  const rows = await db().select({ id: sessions.id }).from(sessions).where(eq(sessions.userId, user.id));
  return rows.map(({ id }) => id);
}

async function lastUse(id: number): Promise<number | undefined> {
  const [row] = await db().select({ at: sessions.lastUsedAt }).from(sessions).where(eq(sessions.id, id));
  return row?.at;
}

function refusedAs(code: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AccountsError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}
