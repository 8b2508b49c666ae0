import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { closeDatabase, db } from "./engine.ts";
import { StorageError, storageErrorFor, uniqueViolation } from "./errors.ts";
import { users } from "./schema.ts";
import { connection, openSqlite } from "./sqlite/engine.ts";
import { migrateDatabase } from "./sqlite/migrate.ts";
import { must, placeholders, statement, transact } from "./statements.ts";
import { freshDatabase, newUser } from "./testing.ts";

const GIVEN_UP_MS = 7_500; // 5 seconds, and what a busy machine adds; a second try would take 10
const FULL = 2;

const file = await freshDatabase();
const pragma = (name: string) => connection().pragma(name, { simple: true });
const setBio = (bio: string, id: number) => db().update(users).set({ bio }).where(eq(users.id, id));
const bioOf = (id: number) => db().select({ bio: users.bio }).from(users).where(eq(users.id, id)).get()?.bio;

test("commits are durable, readers and writers don't block each other, and references are enforced", () => {
  assert.equal(pragma("synchronous"), FULL);
  assert.equal(pragma("journal_mode"), "wal");
  assert.equal(pragma("foreign_keys"), 1);
  assert.equal(pragma("trusted_schema"), 0);
  assert.equal(pragma("busy_timeout"), 0, "waiting is for commit, which leaves the event loop alone");
});

test("folder and files can be read by their owner alone", async () => {
  const folder = join(dirname(file), "deep/er");
  await closeDatabase();
  migrateDatabase(join(folder, "latchkey.db"));
  await newUser();
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const name of readdirSync(folder).filter((name) => !name.endsWith(".migrating"))) {
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  }
  await closeDatabase();
  migrateDatabase(file);
});

test("a process has one database, however often it is opened", () => {
  const before = db();
  openSqlite(file);
  assert.equal(db(), before);
});

test("a database that is not open says so", async () => {
  await closeDatabase();
  assert.throws(db, /startDatabase/);
  migrateDatabase(file);
});

test("a prepared statement follows the database that is open", async () => {
  const everybody = statement((db) => db.select().from(users));
  const before = (await everybody().all()).length;
  await closeDatabase();
  migrateDatabase(file);
  assert.equal((await everybody().all()).length, before);
});

test("a commit gives the rows of each of its statements", async () => {
  const { id } = await newUser();
  const { id: ownId } = placeholders(users);
  const known = statement((db) => db.select({ id: users.id }).from(users).where(eq(users.id, ownId)));
  const result = await transact((tx) => ({
    changed: tx.update(users).set({ bio: "one" }).where(eq(users.id, id)).returning({ bio: users.bio }),
    selected: must(known({ id })),
    nobody: tx.update(users).set({ bio: "two" }).where(eq(users.id, -1)).returning(),
    several: [known({ id }), known({ id: -1 })],
    left: null,
  }));
  assert.deepEqual(result, { changed: [{ bio: "one" }], selected: { id }, nobody: [], several: [[{ id }], []], left: undefined });
});

test("a must that meets no row undoes everything before and after it", async () => {
  const { id } = await newUser();
  for (const statement of [
    setBio("x", -1),
    db().select().from(users).where(eq(users.id, -1)),
    db().delete(users).where(eq(users.id, -1)).returning(),
  ]) {
    const refusal = new Error("refused");
    const act = transact(() => ({ before: setBio("changed", id), unmet: must(statement, () => refusal), after: setBio("again", id) }));
    await assert.rejects(act, refusal);
    assert.equal(bioOf(id), "");
  }
  await assert.rejects(
    transact(() => ({ unmet: must(setBio("x", -1)) })),
    /met none/,
  );
  await transact(() => ({ met: must(setBio("changed", id)) }));
  assert.equal(bioOf(id), "changed");
});

test("a violated constraint rolls back everything, and names its column", async () => {
  const [taken, other] = [await newUser(), await newUser()];
  const clash = (change: Partial<typeof users.$inferInsert>) =>
    transact((tx) => ({ first: setBio("changed", other.id), second: tx.update(users).set(change).where(eq(users.id, other.id)) })).catch(
      (error) => error,
    );
  assert.equal(uniqueViolation(await clash({ emailCanonical: taken.emailCanonical })), "email_canonical");
  assert.equal(uniqueViolation(await clash({ usernameCanonical: taken.usernameCanonical })), "username_canonical");
  assert.equal(uniqueViolation(await clash({ id: taken.id })), "id");
  const noSuchPicture = await clash({ avatarHash: "no such picture" });
  assert.ok(noSuchPicture instanceof Error);
  assert.equal(uniqueViolation(noSuchPicture), null, "a broken reference is no taken name");
  assert.equal(storageErrorFor(noSuchPicture), null, "nor the disk's fault");
  assert.equal(bioOf(other.id), "");
});

test("simultaneous commits wait for the disk together, and each succeeds or fails by itself", async () => {
  const [taken, ...others] = [await newUser(), await newUser(), await newUser(), await newUser(), await newUser()];
  const [first, second, third, last] = others as [typeof taken, typeof taken, typeof taken, typeof taken];
  const order: string[] = [];
  const change = (name: string, user: typeof taken, values: Partial<typeof users.$inferInsert> = {}) =>
    transact((tx) => {
      order.push(`${name} written`);
      const last = tx
        .update(users)
        .set({ bio: name, ...values })
        .where(eq(users.id, user.id));
      return { first: setBio("changed", user.id), last: must(last) };
    }).finally(() => order.push(`${name} answered`));
  const answers = await Promise.allSettled([
    change("first", first),
    change("taken name", second, { usernameCanonical: taken.usernameCanonical }),
    change("nobody", { ...third, id: -1 }),
    change("last", last),
  ]);
  const written = ["first written", "taken name written", "nobody written", "last written"];
  assert.deepEqual(order.slice(0, 4), written, "nothing is answered before all is on the disk");
  assert.deepEqual(
    answers.map((one) => one.status === "fulfilled" || uniqueViolation(one.reason)),
    [true, "username_canonical", null, true],
  );
  assert.deepEqual(
    others.map(({ id }) => bioOf(id)),
    ["first", "", "", "last"],
  );
});

test("a deferred reference that is violated fails only its own commit", async () => {
  const [one, other, third] = [await newUser(), await newUser(), await newUser()];
  const answers = await Promise.allSettled([
    transact(() => ({ bio: setBio("kept", one.id) })),
    transact((tx) => ({ user: tx.update(users).set({ bio: "lost", avatarHash: "no such picture" }).where(eq(users.id, other.id)) })),
    transact(() => ({ bio: setBio("kept", third.id) })),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.deepEqual(
    [one, other, third].map(({ id }) => bioOf(id)),
    ["kept", "", "kept"],
  );
});

test("other errors are neither taken names nor storage faults", () => {
  for (const error of [new Error("UNIQUE constraint failed: users.email"), null, undefined, "SQLITE_FULL", { code: "SQLITE_FULL" }]) {
    assert.equal(uniqueViolation(error), null);
    assert.equal(storageErrorFor(error), null);
  }
});

test("an error while building a commit changes nothing and leaves no transaction open", async () => {
  const { id } = await newUser();
  const broken = transact(() => {
    setBio("changed", id).run();
    throw new TypeError("mistake");
  });
  await assert.rejects(broken, TypeError);
  assert.equal(bioOf(id), "");
  assert.equal(connection().inTransaction, false);
});

test("a lock of another process delays commits, but neither reads nor the event loop", async () => {
  const { id } = await newUser();
  const { released } = await lockFor(2_000);
  const start = performance.now();
  const standstill = await longestStandstill(async () => {
    const change = transact(() => ({ bio: setBio("after the lock", id) }));
    assert.equal(bioOf(id), "");
    await change;
  });
  const waited = performance.now() - start;
  assert.equal(bioOf(id), "after the lock");
  assert.ok(waited > 500, `${waited} ms`);
  assertNoStandstill(standstill, waited);
  await released;
});

test("commits that wait for a lock together all succeed afterwards", async () => {
  const people = await Promise.all(Array.from({ length: 50 }, () => newUser()));
  const { released } = await lockFor(400);
  await Promise.all(people.map(({ id }) => transact(() => ({ bio: setBio(`bio of ${id}`, id) }))));
  for (const { id } of people) assert.equal(bioOf(id), `bio of ${id}`);
  await released;
});

test("after 5 seconds of a lock a commit gives up with a StorageError, and nothing was changed", async () => {
  const { id } = await newUser();
  const { released, release } = await lockFor(60_000);
  const start = performance.now();
  const standstill = await longestStandstill(() =>
    assert.rejects(
      transact(() => ({ bio: setBio("never", id) })),
      (error) => error instanceof StorageError && error.retryAfterSeconds > 0,
    ),
  );
  const waited = performance.now() - start;
  assert.ok(waited > 4_900 && waited < GIVEN_UP_MS, `${waited} ms`);
  assertNoStandstill(standstill, waited);
  await closeDatabase();
  await sleep(100); // nothing of it goes on behind the closed database
  migrateDatabase(file);
  release();
  await released;
  assert.equal(bioOf(id), "");
  assert.ok(await transact(() => ({ bio: must(setBio("now", id)) })));
});

/** A driver that sleeps in its busy handler stands still for the whole lock. */
function assertNoStandstill(standstill: number, lock: number): void {
  assert.ok(standstill < lock / 2, `${standstill} ms of ${lock}`);
}

/** A lock for writing, held by another process until `released`: for this time, or until `release` is called. */
async function lockFor(milliseconds: number): Promise<{ released: Promise<unknown>; release: () => void }> {
  const script = `
    import Database from "better-sqlite3";
    const client = new Database(process.argv[1]);
    client.exec("BEGIN IMMEDIATE; UPDATE users SET bio = 'by the other process'");
    process.stdout.write("locked");
    setTimeout(() => process.exit(client.inTransaction ? 0 : 1), ${milliseconds}); // which also keeps it from being collected`;
  const child = spawn(process.execPath, ["--import", "./db/runtime.js", "--input-type=module", "-e", script, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const released = once(child, "exit");
  await once(child.stdout, "data");
  return { released, release: () => void child.kill() };
}

async function longestStandstill(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  await work().finally(() => clearInterval(timer));
  return longest;
}
