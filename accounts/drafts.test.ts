import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { db } from "#db/engine.ts";
import { drafts, users } from "#db/schema.ts";
import { freshDatabase, newUser } from "#db/testing.ts";
import { callerFrom, type SignedIn, type User } from "./caller.ts";
import { clock, MINUTE_MS } from "./clock.ts";
import { dropDraft, findDraft, keepDraft } from "./drafts.ts";
import { purge } from "./retention/purge.ts";
import { openSession } from "./sessions/opening.ts";

freshDatabase();

const stranger = callerFrom("127.0.0.1", null);

async function signedIn(user: User): Promise<SignedIn> {
  const opened = await openSession(callerFrom("127.0.0.1", null), user, "browser");
  assert.ok(opened);
  return callerFrom("127.0.0.1", null, { user, session: opened.session });
}

test("a draft is returned only to its owner, only on its page, and only until it is deleted", async () => {
  const [ada, zoe] = [newUser(), newUser()];
  const secret = (await keepDraft(stranger, ada.id, "/profile/", { bio: "Two\nlines" })) as string;
  const [owner, other] = [await signedIn(ada), await signedIn(zoe)];
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
  const secret = (await keepDraft(stranger, newUser().id, "/profile/", {})) as string;
  assert.doesNotMatch(JSON.stringify(await db().select().from(drafts)), new RegExp(secret.slice(4)));
});

test("a draft expires after half an hour, and is deleted with its user", async (t) => {
  const [ada, zoe] = [newUser(), newUser()];
  const owner = await signedIn(ada);
  const secret = (await keepDraft(stranger, ada.id, "/profile/", { bio: "x" })) as string;
  await keepDraft(stranger, zoe.id, "/profile/", { bio: "x" });
  await db().delete(users).where(eq(users.id, zoe.id));
  assert.equal((await db().select().from(drafts).where(eq(drafts.userId, zoe.id))).length, 0);
  const now = clock.now();
  t.mock.method(clock, "now", () => now + 30 * MINUTE_MS);
  assert.equal(await findDraft(owner, secret, "/profile/"), null);
  await purge();
  assert.equal((await db().select().from(drafts)).length, 0);
});

test("no draft is kept for an unknown user, above 32 KiB, or beyond 500 drafts", async () => {
  const user = newUser();
  assert.equal(await keepDraft(stranger, user.id + 1, "/profile/", {}), null);
  assert.equal(await keepDraft(stranger, user.id, "/profile/", { bio: "x".repeat(32 * 1024) }), null);
  const old = Array.from({ length: 500 }, (_, i) => ({
    path: "/profile/",
    fields: "{}",
    userId: user.id,
    expiresAt: clock.now() + i,
    secretHash: randomBytes(32),
  }));
  await db().insert(drafts).values(old);
  const secret = (await keepDraft(stranger, user.id, "/profile/", { bio: "New" })) as string;
  assert.ok(await findDraft(await signedIn(user), secret, "/profile/"));
  assert.equal((await db().select().from(drafts)).length, 500);
});
