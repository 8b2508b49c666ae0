import assert from "node:assert/strict";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { db } from "#db/engine.ts";
import { drafts, users } from "#db/schema.ts";
import { freshDatabase, newUser } from "#db/testing.ts";
import { callerFrom, type SignedIn, type User } from "./caller.ts";
import { clock, MINUTE_MS } from "./clock.ts";
import { dropDraft, findDraft, keepDraft } from "./drafts.ts";
import { spend } from "./limits/budgets.ts";
import { purge } from "./retention/purge.ts";
import { openSession } from "./sessions/opening.ts";

await freshDatabase();

const browser = "the mark of a browser";
const visitor = callerFrom("127.0.0.1", null, { browser });

async function signedIn(user: User): Promise<SignedIn> {
  const opened = await openSession(visitor, user, "browser");
  assert.ok(opened);
  return callerFrom("127.0.0.1", null, { user, session: opened.session, browser });
}

test("a draft is returned only to its owner, only on its page, and only until it is deleted", async () => {
  const [ada, zoe] = [await newUser(), await newUser()];
  const [owner, other] = [await signedIn(ada), await signedIn(zoe)];
  const secret = (await keepDraft(visitor, ada.id, "/profile/", { bio: "Two\nlines" })) as string;
  assert.deepEqual(await findDraft(owner, secret, "/profile/"), { bio: "Two\nlines" });
  assert.equal(await findDraft(other, secret, "/profile/"), null);
  assert.equal(await findDraft(owner, secret, "/security/"), null);
  for (const wrong of ["", "lkd_", `${secret}x`, secret.toLowerCase(), "lk_x"])
    assert.equal(await findDraft(owner, wrong, "/profile/"), null);
  await dropDraft(other, secret);
  assert.ok(await findDraft(owner, secret, "/profile/"));
  await dropDraft(owner, secret);
  assert.equal(await findDraft(owner, secret, "/profile/"), null);
});

test("the database holds no draft's secret", async () => {
  const user = await newUser();
  await signedIn(user);
  const secret = (await keepDraft(visitor, user.id, "/profile/", {})) as string;
  assert.doesNotMatch(JSON.stringify(await db().select().from(drafts)), new RegExp(secret.slice(4)));
});

test("a draft expires after half an hour, and is deleted with its user", async (t) => {
  const [ada, zoe] = [await newUser(), await newUser()];
  const owner = await signedIn(ada);
  await signedIn(zoe);
  const secret = (await keepDraft(visitor, ada.id, "/profile/", { bio: "x" })) as string;
  await keepDraft(visitor, zoe.id, "/profile/", { bio: "x" });
  await db().delete(users).where(eq(users.id, zoe.id));
  assert.equal((await draftsOf(zoe)).length, 0);
  const now = clock.now();
  t.mock.method(clock, "now", () => now + 30 * MINUTE_MS);
  assert.equal(await findDraft(owner, secret, "/profile/"), null);
  await purge();
  assert.equal((await db().select().from(drafts)).length, 0);
});

test("no draft is kept for an unknown user, or above 32 KiB", async () => {
  const user = await newUser();
  await signedIn(user);
  assert.equal(await keepDraft(visitor, user.id + 1, "/profile/", {}), null);
  assert.equal(await keepDraft(visitor, user.id, "/profile/", { bio: "x".repeat(32 * 1024) }), null);
  assert.equal((await draftsOf(user)).length, 0);
});

test("whoever sends a form for somebody else's account keeps nothing, and deletes nothing of theirs", async () => {
  const [ada, mallory] = [await newUser(), await newUser()];
  const owner = await signedIn(ada);
  const secret = (await keepDraft(visitor, ada.id, "/profile/", { bio: "Ada's" })) as string;
  const elsewhere = callerFrom("127.0.0.1", null, { browser: "another browser" });
  await openSession(elsewhere, mallory, "browser");
  for (const caller of [elsewhere, callerFrom("127.0.0.1", null)]) {
    assert.equal(await keepDraft(caller, ada.id, "/profile/", { bio: "Mallory's" }), null);
  }
  for (let i = 0; i < 10; i++) assert.ok(await keepDraft(elsewhere, mallory.id, "/profile/", { bio: `${i}` }));
  assert.deepEqual(await findDraft(owner, secret, "/profile/"), { bio: "Ada's" });
});

test("of one user the three newest are kept", async (t) => {
  const user = await newUser();
  const owner = await signedIn(user);
  const secrets: string[] = [];
  const now = clock.now();
  for (let i = 0; i < 5; i++) {
    t.mock.method(clock, "now", () => now + i);
    secrets.push((await keepDraft(visitor, user.id, "/profile/", { bio: `${i}` })) as string);
  }
  assert.deepEqual(
    (await Promise.all(secrets.map((secret) => findDraft(owner, secret, "/profile/")))).map((draft) => draft?.bio),
    [undefined, undefined, "2", "3", "4"],
  );
});

test("keeping drafts without end is refused", async () => {
  const user = await newUser();
  await signedIn(user);
  spend("changes", user.id, 1_000);
  await assert.rejects(keepDraft(visitor, user.id, "/profile/", {}), { code: "rate_limited" });
});

const draftsOf = (user: User) => db().select().from(drafts).where(eq(drafts.userId, user.id));
