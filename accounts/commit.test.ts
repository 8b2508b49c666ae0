import assert from "node:assert/strict";
import { test } from "node:test";
import { eq, gt } from "drizzle-orm";
import { db } from "#db/engine.ts";
import { auditEvents, rateLimits, sessions, users } from "#db/schema.ts";
import { freshDatabase, newUser, PASSWORD } from "#db/testing.ts";
import { callerFrom, operator, type SignedIn, withoutSession } from "./caller.ts";
import { clock } from "./clock.ts";
import { commit, must } from "./commit.ts";
import { AccountsError } from "./errors.ts";
import { deleteUser, operatorRevokeAll, operatorRevokeSession, setUserStatus } from "./operator.ts";
import { changePassword, requirePassword } from "./passwords/change.ts";
import { logIn } from "./sessions/log-in.ts";
import { openSession } from "./sessions/opening.ts";
import { logOut, renameSession, revokeAllSessions, revokeOtherSessions, revokeSession } from "./sessions/sessions.ts";
import { findUserById, updateUser } from "./users/users.ts";

await freshDatabase();

const bystander = await newUser();
const NEW = "Another horse 8 battery";
let clients = 0;
const client = () => callerFrom(`127.3.${++clients >> 8}.${clients & 255}`, "curl/8.5.0");

/** Every act that a signed-in person has. */
const ACTS: Record<string, (caller: SignedIn) => Promise<unknown>> = {
  "change the profile": (caller) => updateUser(caller, caller.user.id, { bio: "by the thief" }),
  "change nothing": (caller) => updateUser(caller, caller.user.id, {}),
  "change the email address": (caller) =>
    updateUser(caller, caller.user.id, { email: `thief-${caller.session.id}@example.org`, current_password: PASSWORD }),
  "ask for a taken name": (caller) => updateUser(caller, caller.user.id, { username: bystander.username }),
  "change the password": (caller) => changePassword(caller, { current_password: PASSWORD, new_password: NEW }),
  "guess the password": (caller) => changePassword(caller, { current_password: "Wrong horse 7", new_password: NEW }),
  "log out": (caller) => logOut(caller, { all: false }),
  "log out everywhere": (caller) => logOut(caller, { all: true }),
  "end the other sessions": (caller) => revokeOtherSessions(caller),
  "end another session": async (caller) => revokeSession(caller, await otherSessionOf(caller)),
  "name another session": async (caller) => renameSession(caller, await otherSessionOf(caller), { device_name: "by the thief" }),
};

/** Whatever ends a session, or the right to act with it. */
const ENDS: Record<string, (owner: SignedIn, thief: SignedIn) => Promise<unknown>> = {
  "the session was ended by its owner": (owner, thief) => revokeSession(owner, thief.session.id),
  "the owner logged out everywhere and in again": async (owner) => {
    await revokeAllSessions(owner);
    await signedIn(owner.user.id);
  },
  "the owner changed the password": (owner) => changePassword(owner, { current_password: PASSWORD, new_password: "Owned horse 9 battery" }),
  "the session's own password change gave it a new token": (_, thief) =>
    changePassword(thief, { current_password: PASSWORD, new_password: "Owned horse 9 battery" }),
  "the operator ended the session": (_, thief) => operatorRevokeSession(operator, thief.session.id),
  "the operator ended all sessions": ({ user }) => operatorRevokeAll(operator, user),
  "the user was suspended": ({ user }) => setUserStatus(operator, user, "suspended"),
  "the user was deleted": ({ user }) => deleteUser(operator, user),
};

for (const [end, endIt] of Object.entries(ENDS)) {
  test(`nothing can be done after ${end}`, async () => {
    for (const [act, doIt] of Object.entries(ACTS)) {
      const owner = await signedIn((await newUser()).id);
      const thief = await signedIn(owner.user.id);
      await signedIn(owner.user.id);
      await endIt(owner, thief);
      const before = await everything();
      await assert.rejects(doIt(thief), refusedAs("invalid_token"), `${act} after ${end}`);
      assert.deepEqual(await everything(), before, `${act} after ${end}`);
    }
  });
}

test("nothing can be done after the session has expired, even during a request", async (t) => {
  for (const [act, doIt] of Object.entries(ACTS)) {
    const caller = await signedIn((await newUser()).id);
    await signedIn(caller.user.id);
    const { expiresAt } = caller.session;
    const moved = t.mock.method(clock, "now", () => expiresAt);
    const before = await everything();
    await assert.rejects(doIt(caller), refusedAs("invalid_token"), act);
    assert.deepEqual(await everything(), before, act);
    moved.mock.restore();
  }
});

test("a change and the end of its session at the same moment happen in either order, never halfway", async () => {
  for (const [act, doIt] of Object.entries(ACTS)) {
    const owner = await signedIn((await newUser()).id);
    const thief = await signedIn(owner.user.id);
    await signedIn(owner.user.id);
    const [acted] = await Promise.allSettled([doIt(thief), operatorRevokeAll(operator, owner.user)]);
    assert.equal((await db().select().from(sessions).where(eq(sessions.userId, owner.user.id))).length, 0, act);
    const recorded = await db().select().from(auditEvents).where(eq(auditEvents.userId, owner.user.id)).orderBy(auditEvents.id);
    const ended = recorded.findIndex(({ detail }) => detail === "by operator");
    assert.equal(ended, recorded.length - 1, `${act}: nothing is on record after the end`);
    if (acted.status === "rejected") assert.ok(acted.reason instanceof AccountsError, act);
  }
});

test("a wrong current password of a session that ended counts for nothing", async () => {
  const caller = await signedIn((await newUser()).id);
  await operatorRevokeAll(operator, caller.user);
  const failures = () => db().$count(rateLimits, gt(rateLimits.failures, 0));
  const before = await failures();
  for (const password of ["Wrong horse 7", PASSWORD]) {
    await assert.rejects(requirePassword(caller, password), refusedAs("invalid_token"));
  }
  assert.equal(await failures(), before);
});

test("a session's id alone is no session: the token has to be the one it has now", async () => {
  const caller = await signedIn((await newUser()).id);
  const forged = { ...caller, session: { ...caller.session, tokenHash: Buffer.alloc(32) } };
  await assert.rejects(logOut(forged, { all: true }), refusedAs("invalid_token"));
  assert.ok(await logOut(caller, { all: true }));
});

test("logging in doesn't depend on the session that the browser still has", async () => {
  const caller = await signedIn((await newUser()).id);
  await operatorRevokeAll(operator, caller.user);
  assert.ok(await logIn(caller, { email: caller.user.email, password: PASSWORD }));
  await assert.rejects(logIn(caller, { email: caller.user.email, password: "Wrong horse 7" }), refusedAs("invalid_credentials"));
});

test("a commit gives its results by name, and a must without a row throws its refusal", async () => {
  const { id } = await newUser();
  const caller = await signedIn(id);
  const setBio = (bio: string, id: number) => db().update(users).set({ bio }).where(eq(users.id, id)).returning();
  const { user, nothing, both } = await commit(caller, () => ({
    user: must(setBio("one", id)),
    nothing: null,
    both: [setBio("two", id), setBio("three", -1)],
  }));
  assert.deepEqual([user.bio, nothing, both.map((rows) => rows.map(({ bio }) => bio))], ["one", undefined, [["two"], []]]);
  const unmet = (refusal: "not_found" | (() => Error)) => commit(withoutSession(caller), () => ({ user: must(setBio("x", -1), refusal) }));
  await assert.rejects(unmet("not_found"), refusedAs("not_found"));
  await assert.rejects(
    unmet(() => new RangeError()),
    RangeError,
  );
});

test("the status of a user who was deleted meanwhile cannot be set", async () => {
  const user = await newUser();
  await deleteUser(operator, user);
  await assert.rejects(setUserStatus(operator, user, "active"), refusedAs("not_found"));
});

async function signedIn(userId: number): Promise<SignedIn> {
  const user = (await findUserById(userId)) ?? assert.fail();
  const { session } = (await openSession(client(), user, "token")) ?? assert.fail();
  return callerFrom(client().ip, "curl/8.5.0", { user, session });
}

async function otherSessionOf({ user, session }: SignedIn): Promise<number> {
  const own = await db().select().from(sessions).where(eq(sessions.userId, user.id));
  return own.find(({ id }) => id !== session.id)?.id ?? 0;
}

/** What an act may change. */
async function everything() {
  const table = db();
  return [
    await table.select({ id: users.id, email: users.email, bio: users.bio, passwordHash: users.passwordHash }).from(users),
    await table.select().from(sessions),
    await table.select().from(auditEvents),
    await table.select().from(rateLimits).where(gt(rateLimits.failures, 0)),
  ];
}

function refusedAs(code: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AccountsError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}
