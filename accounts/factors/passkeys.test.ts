import assert from "node:assert/strict";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { callerFrom, type SignedIn, type User } from "#accounts/caller.ts";
import { MINUTE_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { AddPasskeyInput, FinishLogInInput, PasskeyLoginInput } from "#accounts/contract/passkey-schemas.ts";
import { purge } from "#accounts/retention/purge.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { logInWithPasskey } from "#accounts/sessions/passkey-log-in.ts";
import { findSession, revokeAllSessions } from "#accounts/sessions/sessions.ts";
import { mailsTo, passingTime, refusedAs } from "#accounts/testing.ts";
import { db } from "#db/engine.ts";
import { passkeyChallenges, passkeys } from "#db/factors-schema.ts";
import { auditEvents, sessions, users } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { newPasskeyOptions, passkeyLoginOptions } from "./passkey-options.ts";
import { addPasskey, listPasskeys, MAX_PASSKEYS, publicPasskey, removePasskey, renamePasskey } from "./passkeys.ts";
import { finishLogIn } from "./second-factor.ts";
import { Authenticator, type Changes } from "./testing.ts";

await freshDatabase();

const ORIGIN = config().publicUrl;
const OTHER_SITE = "https://evil.example";
const visitor = callerFrom("192.0.2.1", "curl/8.5.0");

async function signedIn(user: User, factors?: string): Promise<SignedIn> {
  const opened = await openSession(visitor, user, "token", { factors });
  assert.ok(opened);
  return callerFrom("192.0.2.1", "curl/8.5.0", opened);
}

/** Adds a passkey to the caller's account, as an honest browser does, unless `changes` says otherwise. */
async function added(caller: SignedIn, authenticator = new Authenticator(ORIGIN), changes: Changes = {}) {
  const answer = authenticator.create(await newPasskeyOptions(caller, {}), changes);
  const { passkey } = await addPasskey(caller, parseInput(AddPasskeyInput, { passkey: answer }));
  return { authenticator, passkey };
}

async function withPasskey(more: Parameters<typeof newUser>[0] = {}) {
  const user = await newUser(more);
  const caller = await signedIn(user);
  return { user, caller, ...(await added(caller)) };
}

/** Logs in with an answer to a new challenge. */
async function loggedInWith(authenticator: Authenticator, changes: Changes = {}) {
  const passkey = authenticator.get(await passkeyLoginOptions(visitor), changes);
  const ending = await logInWithPasskey(visitor, parseInput(PasskeyLoginInput, { passkey }));
  assert.ok(ending.kind === "session");
  return ending;
}

const invalid = refusedAs("invalid_passkey");
const eventsOf = async ({ id }: Pick<User, "id">) => {
  const rows = await db().select().from(auditEvents).where(eq(auditEvents.userId, id)).orderBy(auditEvents.id);
  return rows.map(({ type, detail }) => (detail ? `${type} ${detail}` : type));
};
const rowOf = async (id: number) => (await db().select().from(passkeys).where(eq(passkeys.id, id)))[0];

test("a passkey is added, named by its maker, ends the other sessions and is told by mail", async () => {
  const user = await newUser();
  const [caller, other] = [await signedIn(user), await signedIn(user)];
  const { passkey } = await added(caller);
  assert.deepEqual(publicPasskey(passkey), {
    id: passkey.id,
    name: "iCloud Keychain",
    created_at: publicPasskey(passkey).created_at,
    last_used_at: null,
    synced: true,
  });
  assert.deepEqual(
    (await listPasskeys(caller)).map(({ id }) => id),
    [passkey.id],
  );
  const left = await db().select({ id: sessions.id }).from(sessions).where(eq(sessions.userId, user.id));
  assert.deepEqual(left, [{ id: caller.session.id }]);
  assert.notEqual(other.session.id, caller.session.id);
  assert.ok((await eventsOf(user)).includes("passkey.added iCloud Keychain"));
  assert.equal((await mailsTo(user.email)).at(-1)?.kind, "passkey_added");
});

test("a passkey signs in alone: the session says so, and counter, backup and last use are kept", async () => {
  const { user, authenticator, passkey } = await withPasskey();
  const opened = await loggedInWith(authenticator, { isBackedUp: false });
  assert.equal((await findSession(opened.token))?.user.id, user.id);
  assert.equal(opened.session.factors, "passkey");
  const kept = await rowOf(passkey.id);
  assert.deepEqual([kept?.signCount, kept?.backedUp, kept?.backupEligible], [1, 0, 1]);
  assert.equal(typeof kept?.lastUsedAt, "number");
  await loggedInWith(authenticator);
  assert.equal((await rowOf(passkey.id))?.signCount, 2);
});

const REFUSED: [what: string, changes: Changes][] = [
  ["another origin", { origin: OTHER_SITE }],
  ["the origin of a subdomain", { origin: ORIGIN.replace("//", "//sub.") }],
  ["a foreign RP id", { rpId: "evil.example" }],
  ["the type of a registration", { type: "webauthn.create" }],
  ["a challenge of its own", { challenge: Buffer.alloc(32, 7).toString("base64url") }],
  ["an unverified user", { isVerified: false }],
  ["another user's handle", { userHandle: Buffer.alloc(32, 1).toString("base64url") }],
  ["no user handle", { userHandle: null }],
  ["a foreign signature", { signature: Buffer.alloc(70, 1).toString("base64url") }],
];

test("an answer with anything wrong opens no session", async () => {
  const { user, authenticator, passkey } = await withPasskey();
  const before = await eventsOf(user);
  for (const [what, changes] of REFUSED) await assert.rejects(loggedInWith(authenticator, changes), invalid, what);
  assert.deepEqual(await eventsOf(user), before);
  assert.equal((await rowOf(passkey.id))?.lastUsedAt, null);
});

test("an answer counts once, even if it is sent twice at the same instant, and not after five minutes", async (t) => {
  const { user, caller, authenticator } = await withPasskey();
  const count = async () => (await db().select().from(sessions).where(eq(sessions.userId, user.id))).length;
  const passkey = authenticator.get(await passkeyLoginOptions(visitor));
  const before = await count();
  const both = await Promise.allSettled([1, 2].map(() => logInWithPasskey(visitor, parseInput(PasskeyLoginInput, { passkey }))));
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  await assert.rejects(logInWithPasskey(visitor, parseInput(PasskeyLoginInput, { passkey })), invalid);
  assert.equal(await count(), before + 1);

  const pass = passingTime(t);
  const late = authenticator.get(await passkeyLoginOptions(visitor));
  const tooLate = new Authenticator(ORIGIN).create(await newPasskeyOptions(caller, {}));
  pass(5 * MINUTE_MS);
  await assert.rejects(logInWithPasskey(visitor, parseInput(PasskeyLoginInput, { passkey: late })), invalid);
  await assert.rejects(addPasskey(caller, parseInput(AddPasskeyInput, { passkey: tooLate })), refusedAs("validation_failed", "passkey"));
  await purge();
  assert.deepEqual(await db().select().from(passkeyChallenges), []);
});

test("a copied passkey is refused once the counter shows it, and its user sees it in the activity", async () => {
  const { user, authenticator, passkey } = await withPasskey();
  await loggedInWith(authenticator, { counter: 7 });
  for (const counter of [7, 6, 0]) await assert.rejects(loggedInWith(authenticator, { counter }), invalid, String(counter));
  assert.equal((await rowOf(passkey.id))?.signCount, 7);
  assert.equal((await eventsOf(user)).filter((event) => event === "login.failed copied passkey").length, 3);
  await loggedInWith(authenticator, { counter: 8 });
});

test("two answers with the same counter at the same instant open one session: the commit compares it", async () => {
  const { authenticator } = await withPasskey();
  const answers = [await passkeyLoginOptions(visitor), await passkeyLoginOptions(visitor)].map((options) =>
    authenticator.get(options, { counter: 3 }),
  );
  const both = await Promise.allSettled(answers.map((passkey) => logInWithPasskey(visitor, parseInput(PasskeyLoginInput, { passkey }))));
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
});

test("an authenticator that doesn't count is accepted each time", async () => {
  const { authenticator } = await withPasskey();
  for (let time = 0; time < 2; time++) await loggedInWith(authenticator, { counter: 0 });
});

test("a passkey of an inactive or suspended user says so only if it is right", async () => {
  const { user, authenticator } = await withPasskey();
  for (const [status, code] of [
    ["inactive", "account_inactive"],
    ["suspended", "account_suspended"],
  ] as const) {
    await db().update(users).set({ status }).where(eq(users.id, user.id));
    await assert.rejects(loggedInWith(authenticator, { isVerified: false }), invalid);
    await assert.rejects(loggedInWith(authenticator), refusedAs(code));
  }
});

test("a challenge for a new passkey is for one session: no other one, and no other user, can use it", async () => {
  const user = await newUser();
  const [caller, ownOther, stranger] = [await signedIn(user), await signedIn(user), await signedIn(await newUser())];
  const options = await newPasskeyOptions(caller, {});
  const passkey = new Authenticator(ORIGIN).create(options);
  for (const other of [ownOther, stranger])
    await assert.rejects(addPasskey(other, parseInput(AddPasskeyInput, { passkey })), refusedAs("validation_failed", "passkey"));
  for (const changes of [{ origin: OTHER_SITE }, { rpId: "evil.example" }, { type: "webauthn.get" }, { isVerified: false }]) {
    const wrong = new Authenticator(ORIGIN).create(options, changes);
    await assert.rejects(
      addPasskey(caller, parseInput(AddPasskeyInput, { passkey: wrong })),
      refusedAs("validation_failed", "passkey"),
      JSON.stringify(changes),
    );
  }
  const signIn = new Authenticator(ORIGIN).create({ ...options, ...(await passkeyLoginOptions(visitor)) });
  await assert.rejects(addPasskey(caller, parseInput(AddPasskeyInput, { passkey: signIn })), refusedAs("validation_failed", "passkey"));
  await addPasskey(caller, parseInput(AddPasskeyInput, { passkey }));
});

test("the same passkey can't be added twice, by anybody", async () => {
  const { caller, authenticator } = await withPasskey();
  await assert.rejects(added(caller, authenticator), refusedAs("already_set_up"));
  await assert.rejects(added(await signedIn(await newUser()), authenticator), refusedAs("already_set_up"));
});

test("adding, renaming and removing need a recent log-in or the password", async (t) => {
  const { caller, passkey } = await withPasskey();
  const pass = passingTime(t);
  pass(11 * MINUTE_MS);
  const recent = refusedAs("recent_login_required", "current_password");
  await assert.rejects(newPasskeyOptions(caller, {}), recent);
  await assert.rejects(renamePasskey(caller, passkey.id, { name: "Phone" }), recent);
  await assert.rejects(removePasskey(caller, passkey.id, {}), recent);
  await assert.rejects(newPasskeyOptions(caller, { current_password: "Wrong horse 7" }), refusedAs("wrong_password", "current_password"));
  await newPasskeyOptions(caller, { current_password: PASSWORD });
  assert.equal((await renamePasskey(caller, passkey.id, { name: "Phone", current_password: PASSWORD })).passkey.name, "Phone");
  await removePasskey(caller, passkey.id, { current_password: PASSWORD });
  assert.deepEqual(await listPasskeys(caller), []);
});

test("only one's own passkeys can be renamed and removed", async () => {
  const { passkey } = await withPasskey();
  const stranger = await signedIn(await newUser());
  for (const id of [passkey.id, passkey.id + 1_000]) {
    await assert.rejects(renamePasskey(stranger, id, { name: "Mine" }), refusedAs("not_found"));
    await assert.rejects(removePasskey(stranger, id, {}), refusedAs("not_found"));
  }
  assert.equal((await rowOf(passkey.id))?.name, "iCloud Keychain");
});

test("a removed passkey signs nobody in, and the refusal says that it is unknown", async () => {
  const { user, caller, authenticator, passkey } = await withPasskey();
  await removePasskey(caller, passkey.id, {});
  await assert.rejects(loggedInWith(authenticator), refusedAs("invalid_passkey", "passkey"));
  assert.ok((await eventsOf(user)).includes("passkey.removed iCloud Keychain"));
  assert.equal((await mailsTo(user.email)).at(-1)?.kind, "passkey_removed");
});

test("of a user without a password one passkey stays, however many are removed at the same instant", async () => {
  const { user, caller, passkey } = await withPasskey();
  const second = (await added(caller)).passkey;
  await db().update(users).set({ passwordHash: "" }).where(eq(users.id, user.id));
  const both = await Promise.allSettled([passkey, second].map(({ id }) => removePasskey(caller, id, {})));
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  const [left] = await listPasskeys(caller);
  assert.ok(left);
  await assert.rejects(removePasskey(caller, left.id, {}), refusedAs("last_way_in"));
  assert.equal((await listPasskeys(caller)).length, 1);
});

test("a user has at most as many passkeys as are allowed", async () => {
  const { user, caller, passkey } = await withPasskey();
  const { id: _, ...row } = passkey;
  const more = Array.from({ length: MAX_PASSKEYS - 1 }, (_, i) => ({ ...row, userId: user.id, credentialId: `made-${user.id}-${i}` }));
  await db().insert(passkeys).values(more);
  await assert.rejects(added(caller), refusedAs("too_many_passkeys"));
});

test("while a link has said that somebody else acts here, no passkey is added or removed", async () => {
  const { user, passkey } = await withPasskey();
  await db().update(users).set({ changesBlockedAt: Date.now() }).where(eq(users.id, user.id));
  const [blocked] = await db().select().from(users).where(eq(users.id, user.id));
  const caller = await signedIn(blocked as User, "password passkey");
  await assert.rejects(newPasskeyOptions(caller, {}), refusedAs("reset_required"));
  await assert.rejects(removePasskey(caller, passkey.id, {}), refusedAs("reset_required"));
});

test("a session that ended meanwhile adds nothing", async () => {
  const caller = await signedIn(await newUser());
  const passkey = new Authenticator(ORIGIN).create(await newPasskeyOptions(caller, {}));
  await revokeAllSessions(caller);
  await assert.rejects(addPasskey(caller, parseInput(AddPasskeyInput, { passkey })), refusedAs("invalid_token"));
  assert.deepEqual(await db().select().from(passkeys).where(eq(passkeys.userId, caller.user.id)), []);
});

test("what is no answer of a browser is one wrong field", () => {
  for (const passkey of [
    undefined,
    null,
    7,
    "x",
    "{}",
    [],
    { id: "x" },
    { ...new Authenticator(ORIGIN).get({ challenge: "x" }), id: "?" },
  ]) {
    assert.throws(() => parseInput(PasskeyLoginInput, { passkey }), refusedAs("validation_failed", "passkey"), JSON.stringify(passkey));
  }
  const answer = new Authenticator(ORIGIN).get({ challenge: "x" });
  assert.deepEqual(
    parseInput(PasskeyLoginInput, { passkey: JSON.stringify(answer) }).passkey,
    parseInput(PasskeyLoginInput, { passkey: answer }).passkey,
  );
});

test("a first passkey comes with recovery codes, and finishes log-ins with the password: once each, and nobody else's", async () => {
  const user = await newUser();
  const caller = await signedIn(user);
  const authenticator = new Authenticator(ORIGIN);
  const first = authenticator.create(await newPasskeyOptions(caller, {}));
  const { codes } = await addPasskey(caller, parseInput(AddPasskeyInput, { passkey: first }));
  assert.equal(codes?.length, 10);
  const [row] = await db().select().from(users).where(eq(users.id, user.id));
  const again = { ...caller, user: row as User };
  const second = new Authenticator(ORIGIN).create(await newPasskeyOptions(again, {}));
  assert.equal((await addPasskey(again, parseInput(AddPasskeyInput, { passkey: second }))).codes, null);

  const challenged = async () => {
    const ending = await logIn(visitor, { email: user.email, password: PASSWORD });
    assert.ok(ending.kind === "challenge" && ending.factors.includes("passkey"));
    return ending.challenge;
  };
  const finish = (challenge: string, passkey: object) => finishLogIn(visitor, parseInput(FinishLogInInput, { challenge, passkey }));
  const stranger = (await withPasskey()).authenticator;
  const challenge = await challenged();
  await assert.rejects(finish(challenge, stranger.get(await passkeyLoginOptions(visitor))), refusedAs("invalid_code"));
  const answer = authenticator.get(await passkeyLoginOptions(visitor, user), { isVerified: false, userHandle: null });
  const opened = await finish(challenge, answer);
  assert.equal(opened.session.factors, "password passkey");
  await assert.rejects(finish(challenge, authenticator.get(await passkeyLoginOptions(visitor))), refusedAs("invalid_challenge"));
  await assert.rejects(finish(await challenged(), answer), refusedAs("invalid_code"));
});
