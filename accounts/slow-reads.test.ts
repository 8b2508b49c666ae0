import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { db } from "#db/engine.ts";
import { auditEvents, sessions, users } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD, slowReads } from "#db/testing.ts";
import { callerFrom, housekeeping, type SignedIn, type User } from "./caller.ts";
import { commit } from "./commit.ts";
import { AccountsError } from "./errors.ts";
import { withinLimits } from "./limits/admission.ts";
import { count } from "./limits/counters.ts";
import { limit } from "./limits/limits.ts";
import { changePassword, requirePassword } from "./passwords/change.ts";
import { MAX_SESSIONS } from "./sessions/lifetimes.ts";
import { logIn } from "./sessions/log-in.ts";
import { openSession } from "./sessions/opening.ts";
import { findSession, revokeAllSessions } from "./sessions/sessions.ts";
import { loggedIn } from "./testing.ts";
import { explainTakenName, namesOf } from "./users/names.ts";
import { registerUser, updateUser } from "./users/users.ts";

/* No rule may rest on a read that is answered at once: here other requests come in between, before and after each read. */

const FREE_GUESSES = 5;
const WRONG = "Wrong horse 7 battery";

await freshDatabase();
let clients = 0;
const client = () => callerFrom(`127.9.${++clients >> 8}.${clients & 255}`, "curl/8.5.0");
const rejected = (results: PromiseSettledResult<unknown>[]) =>
  results.flatMap((result) => (result.status === "rejected" ? [(result.reason as AccountsError).code ?? result.reason] : []));

test("checks at once are no more than the failures that are left, and none waits for ever", async (t) => {
  slowReads(t);
  const guessAtOnce = async (_: unknown, i: number) => {
    const limits = [limit("login_device", "slow", i), limit("login_address", "slow", i)];
    let checks = 0;
    const guess = async () => {
      checks++;
      await sleep(Math.random() * 5);
      await commit(housekeeping, () => ({ counted: count(limits) }));
    };
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => withinLimits(limits, guess)));
    assert.equal(checks, FREE_GUESSES);
    assert.deepEqual(rejected(results), Array(60 - FREE_GUESSES).fill("rate_limited"));
  };
  await Promise.all(Array.from({ length: 10 }, guessAtOnce));
});

test("right answers at once all go through, in whatever order their checks end", async (t) => {
  slowReads(t);
  const shared = limit("login_address", "right");
  const check = (i: number) => withinLimits([limit("login_device", `right ${i % 3}`), shared], () => sleep(Math.random() * 5, i));
  const results = await Promise.all(Array.from({ length: 60 }, (_, i) => check(i)));
  assert.deepEqual(results, [...results.keys()]);
});

test("wrong passwords at once are looked at as often as one after another", async (t) => {
  slowReads(t);
  const [user, guesser] = [await newUser(), client()];
  const guesses = Array.from({ length: 20 }, () => logIn(guesser, { email: user.email, password: WRONG }));
  const codes = rejected(await Promise.allSettled(guesses));
  assert.equal(codes.filter((code) => code === "invalid_credentials").length, FREE_GUESSES);
  assert.equal(codes.filter((code) => code === "rate_limited").length, 20 - FREE_GUESSES);
  assert.equal(await db().$count(auditEvents, eq(auditEvents.userId, user.id)), FREE_GUESSES + 1, "and login.limited once");
});

test("wrong current passwords in one session too", async (t) => {
  slowReads(t);
  const thief = await signedIn();
  const codes = rejected(await Promise.allSettled(Array.from({ length: 20 }, () => requirePassword(thief, WRONG))));
  assert.equal(codes.filter((code) => code === "wrong_password").length, FREE_GUESSES);
  assert.equal(codes.filter((code) => code === "rate_limited").length, 20 - FREE_GUESSES);
});

test("a user never has more than 100 sessions, however many are opened at once", async (t) => {
  slowReads(t);
  const user = await newUser();
  await Promise.all(Array.from({ length: MAX_SESSIONS + 40 }, () => openSession(client(), user, "token")));
  assert.equal(await db().$count(sessions, eq(sessions.userId, user.id)), MAX_SESSIONS);
});

test("no log-in that was under way survives the end of all sessions or a new password", async (t) => {
  slowReads(t);
  for (const end of [
    (caller: SignedIn) => revokeAllSessions(caller),
    (caller: SignedIn) => changePassword(caller, { current_password: PASSWORD, new_password: "Another horse 8 battery" }),
  ]) {
    const caller = await signedIn();
    const early: string[] = [];
    const logIns = Array.from({ length: 12 }, async () => {
      const { token } = await loggedIn(client(), { email: caller.user.email, password: PASSWORD });
      early.push(token);
    });
    const settled = Promise.allSettled(logIns);
    await sleep(60);
    await end(caller);
    for (const token of [...early]) assert.equal(await findSession(token), null);
    await settled;
  }
});

test("of many who want one name at once one gets it, and the others are told whose fault it is", async (t) => {
  slowReads(t);
  const people = await Promise.all(Array.from({ length: 12 }, () => signedIn()));
  const changes = people.map((caller) => updateUser(caller, caller.user.id, { username: "slow.name" }));
  const profile = { username: "slow.name", password: PASSWORD, bio: "", contact_information: "", account_status: "active" as const };
  const registrations = [1, 2, 3].map((i) => registerUser(client(), { ...profile, email: `slow.name.${i}@example.org` }));
  const results = await Promise.allSettled([...changes, ...registrations]);
  assert.deepEqual(rejected(results), Array(14).fill("user_already_exists"));
});

test("a name that was taken when a commit wanted it is refused, also if it is free again by now", async () => {
  const [owner, caller] = [await newUser(), await signedIn()];
  const names = namesOf({ email: caller.user.email, username: owner.username });
  const error = await commit(caller, (tx) => ({
    user: tx.update(users).set(names).where(eq(users.id, caller.user.id)),
  })).catch((error) => error);
  await db().delete(users).where(eq(users.id, owner.id));
  await assert.rejects(
    explainTakenName(caller, error, names, [], caller.user.id),
    (refusal) => refusal instanceof AccountsError && refusal.fields.length === 1 && refusal.fields[0]?.field === "username",
  );
});

async function signedIn(someone?: User): Promise<SignedIn> {
  const user = someone ?? (await newUser());
  const { session } = (await openSession(client(), user, "token")) ?? assert.fail();
  return callerFrom(client().ip, "curl/8.5.0", { user, session });
}
