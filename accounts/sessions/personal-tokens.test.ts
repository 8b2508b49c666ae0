import assert from "node:assert/strict";
import { test } from "node:test";
import { callerFrom, operator, type SignedIn, serviceFrom, type User } from "#accounts/caller.ts";
import { DAY_MS, MINUTE_MS } from "#accounts/clock.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { NewTokenInput } from "#accounts/contract/token-schemas.ts";
import { sayNotMe } from "#accounts/emails/not-me.ts";
import { changePassword } from "#accounts/passwords/change.ts";
import { purge } from "#accounts/retention/purge.ts";
import { introspect } from "#accounts/services/introspection.ts";
import { createServiceKey } from "#accounts/services/service-keys.ts";
import { mailedToken, mailsTo, passingTime, refusedAs } from "#accounts/testing.ts";
import { sendVerification, verifyEmail } from "#accounts/users/email-proof.ts";
import { findUserById, updateUser } from "#accounts/users/users.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { openSession } from "./opening.ts";
import { createPersonalToken, listPersonalTokens, publicToken, revokePersonalToken } from "./personal-tokens.ts";
import {
  findPageSession,
  findSession,
  listSessions,
  logOut,
  renameSession,
  revokeAllSessions,
  revokeOtherSessions,
  revokeSession,
} from "./sessions.ts";

await freshDatabase();
const visitor = callerFrom("127.0.0.1", "curl/8.5.0");
const input = (more: object = {}) => parseInput(NewTokenInput, { name: "Backup script", ...more });

async function signedIn({ id }: User): Promise<SignedIn> {
  const user = await findUserById(id); // its sessions may have ended together since
  const opened = user && (await openSession(visitor, user, "token"));
  assert.ok(opened);
  return callerFrom("127.0.0.1", "curl/8.5.0", opened);
}

/** The caller of a request with a token. */
async function bearer(token: string): Promise<SignedIn> {
  const found = await findSession(token);
  assert.ok(found);
  return callerFrom("127.0.0.1", "script/1", found);
}

const asker = serviceFrom((await createServiceKey(operator, { name: "shop", rights: ["introspect"], days: 3_650 })).key, "", null);

test("a personal access token is listed, introspected with its scopes, and ended", async () => {
  const user = await newUser();
  const caller = await signedIn(user);
  const { token, session } = await createPersonalToken(caller, input({ scopes: ["notes:read", "notes:write"], expires_in_days: 30 }));
  assert.match(token, /^lkp_[0-9A-Za-z]{56}$/);
  const view = publicToken(session);
  assert.deepEqual((await listPersonalTokens(caller)).map(publicToken), [view]);
  assert.deepEqual([view.name, view.scopes, view.last_used_at], ["Backup script", ["notes:read", "notes:write"], null]);
  assert.equal(Date.parse(view.expires_at) - Date.parse(view.created_at), 30 * DAY_MS);
  const { active, sub, scope, sid } = await introspect(asker, { token });
  assert.deepEqual([active, sub, scope, sid], [true, String(user.id), "notes:read notes:write", String(session.id)]);
  assert.deepEqual(
    (await listSessions(caller)).map(({ id }) => id),
    [caller.session.id],
    "it is no place where somebody is signed in",
  );
  assert.equal(await findPageSession(token.replace("lkp_", "lkc_")), null);
  assert.equal(await findSession(token.replace("lkp_", "lk_")), null);
  await revokePersonalToken(caller, session.id);
  assert.equal(await findSession(token), null);
  await assert.rejects(revokePersonalToken(caller, session.id), refusedAs("not_found"));
});

test("it reads, and changes nothing", async () => {
  const user = await newUser();
  const caller = await signedIn(user);
  const { token, session } = await createPersonalToken(caller, input());
  const script = await bearer(token);
  assert.equal((await listSessions(script)).length, 2);
  const acts: Record<string, () => Promise<unknown>> = {
    profile: () => updateUser(script, user.id, { bio: "x" }),
    password: () => changePassword(script, { current_password: PASSWORD, new_password: `${PASSWORD} 2` }),
    "another token": () => createPersonalToken(script, input({ current_password: PASSWORD })),
    "the end of a token": () => revokePersonalToken(script, session.id),
    "the end of a session": () => revokeSession(script, caller.session.id),
    "the end of all others": () => revokeOtherSessions(script),
    "the end of all": () => revokeAllSessions(script),
    "a log-out everywhere": () => logOut(script, { all: true }),
    "a session’s name": () => renameSession(script, caller.session.id, { device_name: "x" }),
    "a mail": () => sendVerification(script),
  };
  for (const [name, act] of Object.entries(acts)) await assert.rejects(act(), refusedAs("not_permitted"), name);
  assert.ok(await findSession(token));
  await logOut(script, { all: false });
  assert.equal(await findSession(token), null, "but it can end itself");
});

test("it doesn’t show that the account is its user’s", async () => {
  const user = await newUser();
  const caller = await signedIn(user);
  const { token } = await createPersonalToken(caller, input());
  await sendVerification(caller);
  const { isEnded } = await verifyEmail(await bearer(token), { token: await mailedToken("verify", user.email) });
  assert.equal(isEnded, true);
  assert.equal(await findSession(token), null);
});

test("it goes on when the user signs out everywhere, unless that is asked for; a change of the password ends it", async () => {
  const user = await newUser();
  const make = async () => (await createPersonalToken(await signedIn(user), input())).token;
  const token = await make();
  await revokeOtherSessions(await signedIn(user));
  await logOut(await signedIn(user), { all: true });
  await revokeAllSessions(await signedIn(user), { tokens: false });
  assert.ok(await findSession(token));
  await revokeAllSessions(await signedIn(user), { tokens: true });
  assert.equal(await findSession(token), null);
  const [second, third] = [await make(), await make()];
  await logOut(await signedIn(user), { all: true, tokens: true });
  assert.equal(await findSession(second), null);
  assert.equal(await findSession(third), null);
  const last = await make();
  await changePassword(await signedIn(user), { current_password: PASSWORD, new_password: `${PASSWORD} and a staple` });
  assert.equal(await findSession(last), null);
});

test("making one needs a recent log-in or the password, is told by mail, and that mail can undo it", async (t) => {
  const wait = passingTime(t);
  const user = await newUser();
  const caller = await signedIn(user);
  const { token } = await createPersonalToken(caller, input());
  assert.equal((await mailsTo(user.email)).at(-1)?.kind, "token_made");
  await sayNotMe(visitor, { token: await mailedToken("token_made", user.email) });
  assert.equal(await findSession(token), null);
  const other = await signedIn(await newUser());
  wait(11 * MINUTE_MS);
  await assert.rejects(createPersonalToken(other, input()), refusedAs("recent_login_required", "current_password"));
  await assert.rejects(
    createPersonalToken(other, input({ current_password: "Wrong horse 7 battery" })),
    refusedAs("wrong_password", "current_password"),
  );
  assert.ok(await createPersonalToken(other, input({ current_password: PASSWORD })));
});

test("it ends on its day however much it is used, and the user is told a week before, once", async (t) => {
  const wait = passingTime(t);
  const user = await newUser();
  const { token } = await createPersonalToken(await signedIn(user), input({ expires_in_days: 90, name: "Long" }));
  const short = await createPersonalToken(await signedIn(user), input({ expires_in_days: 7, name: "Short" }));
  const told = async () =>
    (await mailsTo(user.email)).filter(({ kind }) => kind === "token_ends").map(({ text }) => text?.match(/Token: *(\w+)/)?.[1]);
  wait(7 * DAY_MS - 1);
  await purge();
  assert.ok(await findSession(short.token));
  wait(1);
  assert.equal(await findSession(short.token), null);
  wait(76 * DAY_MS - 1);
  await purge();
  assert.deepEqual(await told(), [], "none of the short one, which was told at its beginning");
  wait(1);
  for (let i = 0; i < 2; i++) await purge();
  assert.deepEqual(await told(), ["Long"]);
  wait(7 * DAY_MS - 1);
  assert.ok(await findSession(token));
  wait(1);
  assert.equal(await findSession(token), null);
});

test("a user has at most fifty, and log-ins don’t end them", async () => {
  const user = await newUser();
  const caller = await signedIn(user);
  const made = [];
  for (let i = 0; i < 50; i++) made.push(await createPersonalToken(caller, input()));
  await assert.rejects(createPersonalToken(caller, input()), /You have 50 tokens already/);
  for (let i = 0; i < 101; i++) await openSession(visitor, user, "token");
  assert.equal((await listPersonalTokens(await signedIn(user))).length, 50);
});

for (const [name, given, field, code] of [
  ["no name", {}, "name", "required"],
  ["an empty name", { name: " " }, "name", "required"],
  ["a long name", { name: "x".repeat(61) }, "name", "too_long"],
  ["two lines as a name", { name: "a\nb" }, "name", "invalid_characters"],
  ["no days", { name: "x", expires_in_days: 0 }, "expires_in_days", "out_of_range"],
  ["too many days", { name: "x", expires_in_days: 366 }, "expires_in_days", "out_of_range"],
  ["half a day", { name: "x", expires_in_days: 0.5 }, "expires_in_days", "out_of_range"],
  ["days in words", { name: "x", expires_in_days: "ten" }, "expires_in_days", "out_of_range"],
  ["a scope with a quote", { name: "x", scopes: ['a"b'] }, "scopes", "invalid_characters"],
  ["21 scopes", { name: "x", scopes: Array(21).fill("a") }, "scopes", "invalid_characters"],
  ["scopes that are numbers", { name: "x", scopes: [1] }, "scopes", "wrong_type"],
] as const) {
  test(`a token with ${name} is refused`, () => {
    assert.throws(
      () => parseInput(NewTokenInput, given),
      (error: { fields?: { field: string; code: string }[] }) => {
        assert.deepEqual([error.fields?.[0]?.field, error.fields?.[0]?.code], [field, code]);
        return true;
      },
    );
  });
}
