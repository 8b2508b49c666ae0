import assert from "node:assert/strict";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { type Caller, callerFrom, operator, type Service, serviceFrom } from "#accounts/caller.ts";
import { clock, DAY_MS, SECOND_MS } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import type { Right } from "#accounts/contract/service-schemas.ts";
import { newLink } from "#accounts/emails/links.ts";
import { setUserStatus } from "#accounts/operator.ts";
import type { SessionKind } from "#accounts/sessions/lifetimes.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { findSession, revokeSession } from "#accounts/sessions/sessions.ts";
import { newSecret, newToken } from "#accounts/sessions/tokens.ts";
import { passingTime, refusedAs } from "#accounts/testing.ts";
import { db } from "#db/engine.ts";
import { auditEvents, serviceKeys } from "#db/schema.ts";
import { freshDatabase, newUser } from "#db/testing.ts";
import { introspect, revokeToken } from "./introspection.ts";
import { createServiceKey, findServiceKey, listServiceKeys, revokeServiceKey } from "./service-keys.ts";

await freshDatabase();
const visitor = callerFrom("127.0.0.1", "curl/8.5.0");
const user = await newUser();

async function opened(kind: SessionKind = "token") {
  const session = await openSession(visitor, user, kind);
  assert.ok(session);
  return session;
}

const newKey = (...rights: Right[]) => createServiceKey(operator, { name: "shop", rights });

async function service(...rights: Right[]): Promise<Service> {
  return serviceFrom((await newKey(...rights)).key, "192.0.2.1", null);
}

const asker = await service("introspect");
const isActive = async (token: string, caller: Caller = asker) => (await introspect(caller, { token })).active;

test("a service key is found by its secret, and only its hash is stored", async () => {
  const { secret, key } = await newKey("introspect", "read_users");
  assert.match(secret, /^lks_[0-9A-Za-z]{56}$/);
  assert.deepEqual((await findServiceKey(secret))?.id, key.id);
  assert.equal((await findServiceKey(secret))?.rights, "introspect read_users");
  const stored = (await db().select().from(serviceKeys)).map((row) => JSON.stringify({ ...row, keyHash: row.keyHash.toString("latin1") }));
  assert.ok(!stored.join().includes(secret.slice("lks_".length, -5)));
});

test("a service key that has ended, expired or is changed is none", async (t) => {
  const wait = passingTime(t);
  const [ended, short, other] = [
    await newKey("introspect"),
    await createServiceKey(operator, { name: "short", rights: [], days: 1 }),
    await newKey(),
  ];
  await revokeServiceKey(operator, ended.key.id);
  assert.equal(await findServiceKey(ended.secret), null);
  await assert.rejects(revokeServiceKey(operator, ended.key.id), refusedAs("not_found"));
  wait(DAY_MS - 1);
  assert.ok(await findServiceKey(short.secret));
  wait(1);
  assert.equal(await findServiceKey(short.secret), null);
  assert.equal(await findServiceKey(newToken("service", other.key.id).token), null, "the right row and another secret");
  assert.ok(
    (await listServiceKeys(operator)).some(({ id }) => id === short.key.id),
    "an expired one is still listed",
  );
});

test("the last use of a key is on record", async () => {
  const { secret, key } = await newKey("introspect");
  assert.equal(key.lastUsedAt, null);
  await findServiceKey(secret);
  const [noted] = (await listServiceKeys(operator)).filter(({ id }) => id === key.id);
  assert.ok((noted?.lastUsedAt ?? 0) >= key.createdAt);
});

test("only the operator makes, lists and ends service keys", async () => {
  const { key } = await newKey();
  for (const caller of [visitor, asker]) {
    await assert.rejects(createServiceKey(caller, { name: "x", rights: ["introspect"] }), /only the operator/);
    await assert.rejects(listServiceKeys(caller), /only the operator/);
    await assert.rejects(revokeServiceKey(caller, key.id), /only the operator/);
  }
});

test("introspection says whose token it is, and nothing else", async () => {
  const { token, session } = await opened();
  const seconds = (at: number) => Math.floor(at / SECOND_MS);
  assert.deepEqual(await introspect(asker, { token }), {
    active: true,
    sub: String(user.id),
    username: user.username,
    exp: seconds(session.expiresAt),
    iat: seconds(session.createdAt),
    auth_time: seconds(session.authenticatedAt),
    amr: ["pwd"],
    sid: String(session.id),
    token_type: "Bearer",
  });
});

test("only a service with the right asks about tokens", async () => {
  const { token, session } = await opened();
  await assert.rejects(introspect(visitor, { token }), refusedAs("authentication_required"));
  await assert.rejects(introspect(callerFrom("", null, { user, session }), { token }), refusedAs("authentication_required"));
  await assert.rejects(introspect(operator, { token }), refusedAs("authentication_required"));
  await assert.rejects(
    introspect(await service("read_users", "read_emails", "manage_users", "read_events"), { token }),
    refusedAs("not_permitted"),
  );
});

test("unknown, ended and foreign tokens, and secrets of other purposes, are alike", async () => {
  const ended = await opened();
  await revokeSession(callerFrom("", null, ended), ended.session.id);
  const { secret: key } = await newKey("introspect");
  const { token } = await opened();
  let link = "";
  await commit(visitor, (tx) => {
    const made = newLink(tx, "reset", { userId: user.id, email: user.email });
    link = new URL(made.link.url).searchParams.get("token") ?? "";
    return { stored: made.stored };
  });
  assert.match(link, /^lkl_/);
  const others = {
    ended: ended.token,
    "of nobody": newToken("token").token,
    "a page’s cookie": (await opened("browser")).token,
    "a page’s cookie as a token": (await opened("lasting")).token.replace("lkc_", "lk_"),
    "a token as a personal one": `lkp_${token.slice("lk_".length)}`,
    "the key itself": key,
    "a link": link,
    "a draft": newSecret("draft").secret,
    "a web token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
    changed: `${token.slice(0, 20)}${token[20] === "a" ? "b" : "a"}${token.slice(21)}`,
    "with a blank": ` ${token}`,
  };
  for (const [name, text] of Object.entries(others)) assert.deepEqual(await introspect(asker, { token: text }), { active: false }, name);
  for (const [name, text] of Object.entries(others)) if (text !== key) assert.equal(await findServiceKey(text), null, name);
  assert.equal(await findServiceKey(`lks_${token.slice("lk_".length)}`), null);
  assert.equal(await findSession(key), null);
});

test("a token is not active once it has expired or its user is suspended", async (t) => {
  const wait = passingTime(t);
  const [{ token }, other] = [await opened(), await newUser()];
  const session = await openSession(visitor, other, "token");
  assert.equal(await isActive(session?.token ?? ""), true);
  await setUserStatus(operator, other, "suspended");
  assert.equal(await isActive(session?.token ?? ""), false);
  assert.equal(await isActive(token), true);
  wait(31 * DAY_MS);
  assert.equal(await isActive(token, { ...asker, key: { ...asker.key, expiresAt: clock.now() + DAY_MS } }), false);
});

test("who holds a token ends its session, and so does a service that may; the user sees which it was", async () => {
  const manager = await service("manage_users");
  const [own, theirs] = [await opened(), await opened()];
  await revokeToken(visitor, { token: own.token });
  await revokeToken(manager, { token: theirs.token });
  for (const { token } of [own, theirs]) assert.equal(await isActive(token), false);
  const eventOf = async (sessionId: number) => {
    const events = await db().select().from(auditEvents).where(eq(auditEvents.sessionId, sessionId)).orderBy(auditEvents.id);
    const { type, detail, device, ip } = events.at(-1) ?? assert.fail("no event");
    return [type, detail, device, ip];
  };
  assert.deepEqual(await eventOf(own.session.id), ["session.revoked", "one", "curl 8.5", "127.0.0.1"]);
  assert.deepEqual(await eventOf(theirs.session.id), ["session.revoked", "by service", "Service “shop”", "192.0.2.1"]);
});

test("the end of a token that is none, or has ended, changes nothing and is no error", async () => {
  const { token } = await opened();
  const cookie = await opened("browser");
  await revokeToken(visitor, { token });
  const before = await db().$count(auditEvents);
  for (const text of [token, cookie.token, newToken("token").token, "x", (await newKey("introspect")).secret]) {
    await revokeToken(visitor, { token: text });
  }
  assert.equal(await db().$count(auditEvents), before + 1, "only the new key is on record");
});

test("a service without the right ends nothing, and neither does one whose key ended meanwhile", async () => {
  const { token } = await opened();
  await assert.rejects(revokeToken(asker, { token }), refusedAs("not_permitted"));
  const late = await service("manage_users");
  await revokeServiceKey(operator, late.key.id);
  await assert.rejects(revokeToken(late, { token }), refusedAs("invalid_token"));
  assert.equal(await isActive(token), true);
});
