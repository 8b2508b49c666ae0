import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { callerFrom, operator, type User } from "#accounts/caller.ts";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { refusedAs } from "#accounts/testing.ts";
import { endSuspensions } from "#accounts/users/status.ts";
import { db } from "#db/engine.ts";
import { auditEvents, users } from "#db/schema.ts";
import { freshDatabase, newUser } from "#db/testing.ts";
import { decideMove, MOVES, type Mover, mayMove, type Standing, standingOf, type Target } from "./moves.ts";
import { changeStatus } from "./status.ts";

Object.assign(process.env, { REQUIRE_VERIFIED_EMAIL: "on" });
await freshDatabase();

const STANDINGS = Object.keys(MOVES) as Standing[];
const STATUSES = ["active", "inactive", "suspended", "deleting"] as const;
const MOVERS: Mover[] = ["user", "proof", "operator", "service", "time"];
const client = () => callerFrom("192.0.2.9", "curl/8.5.0");

/** A user who stands there. */
function standing(at: Standing, more: Partial<User> = {}): Promise<User> {
  const [status, by] = at.split(" by ") as [User["status"] | "pending", User["inactiveBy"]?];
  if (status === "pending") return newUser({ emailVerifiedAt: null, ...more });
  return newUser({ status, inactiveBy: by ?? null, emailVerifiedAt: 1, ...more });
}

test("SECURITY.md has the table of allowed moves", () => {
  const [, section = ""] = readFileSync("SECURITY.md", "utf8").split("## The status of an account\n");
  const [head = [], , ...rows] =
    section
      .split("\n## ")[0]
      ?.split("\n")
      .filter((line) => line.startsWith("|"))
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim().replaceAll("`", "")),
      ) ?? [];
  const targets = head.slice(1) as Target[];
  assert.deepEqual(targets, [...STATUSES, "deleted"]);
  const documented = rows.map(([from, ...cells]) => {
    const allowed = cells.map((cell, column) => [targets[column], cell === "" ? [] : cell.split(", ").sort()]);
    return [from, Object.fromEntries(allowed)];
  });
  const coded = STANDINGS.map((from) => [from, Object.fromEntries(targets.map((to) => [to, [...(MOVES[from][to] ?? [])].sort()]))]);
  assert.deepEqual(Object.fromEntries(documented), Object.fromEntries(coded));
});

test("each move of the table is made, each other one is refused, and then nothing has changed", async () => {
  for (const from of STANDINGS) {
    for (const to of STATUSES) {
      for (const by of MOVERS) {
        const user = await standing(from);
        assert.equal(standingOf(user), from);
        const what = `${from} → ${to} by ${by}`;
        const move = changeStatus(operator, user, to, by, { reason: "Why", until: to === "suspended" ? clock.now() + DAY_MS : null });
        if (!mayMove(user, to, by)) await assert.rejects(move, refusedAs("not_permitted"), what);
        else assert.equal((await move).user.status, to, what);
        const kept = await read(user);
        assert.equal(kept.status, mayMove(user, to, by) ? to : user.status, what);
        assert.equal(await db().$count(auditEvents, eq(auditEvents.userId, user.id)), mayMove(user, to, by) ? 1 : 0, what);
      }
    }
  }
});

test("a long walk of random moves never leaves the table, and only an active user has sessions", async () => {
  const random = seeded(20_261_201);
  for (let walk = 0; walk < 12; walk++) {
    let user = await standing(STANDINGS[walk % STANDINGS.length] as Standing);
    for (let step = 0; step < 25; step++) {
      const before = standingOf(user);
      const session = user.status === "active" && user.emailVerifiedAt !== null ? await openSession(client(), user, "token") : null;
      const [to, by] = [pick(STATUSES, random), pick(MOVERS, random)];
      const allowed = MOVES[before][to]?.includes(by) ?? false;
      await changeStatus(operator, user, to, by).catch(allowed ? undefined : refusedAs("not_permitted"));
      const after = await read(user);
      const path = `${before} → ${to} by ${by}: ${standingOf(after)}`;
      if (!allowed) assert.deepEqual(after, user, path);
      else assert.ok(after.status === to || (before === "suspended" && to === "active" && after.status === "inactive"), path);
      assert.equal(after.status === "active" || after.status === "deleting" ? after.inactiveBy : null, null, path);
      if (session) assert.equal((await findSession(session.token)) !== null, after.status === "active", path);
      user = after;
    }
  }
});

test("what a suspension covers is there again when it ends by itself or by a service; the operator's word is the last", async () => {
  for (const inactiveBy of ["user", "registration", "operator"] as const) {
    const user = await standing(`inactive by ${inactiveBy}`);
    const { user: suspended } = await changeStatus(operator, user, "suspended", "operator");
    for (const by of ["time", "service"] as const)
      assert.deepEqual(decideMove(suspended, "active", by), { status: "inactive", inactiveBy });
    assert.deepEqual(decideMove(suspended, "active", "operator"), { status: "active", inactiveBy: null });
  }
});

test("a suspension with an end ends by itself, and one that was lengthened meanwhile doesn't", async () => {
  const [over, longer] = [await standing("active"), await standing("active")];
  for (const user of [over, longer]) await changeStatus(operator, user, "suspended", "operator", { until: clock.now() + 1 });
  await changeStatus(operator, await read(longer), "suspended", "operator", { until: clock.now() + DAY_MS });
  while (clock.now() <= ((await read(over)).statusUntil ?? 0)) await new Promise((resolve) => setImmediate(resolve));
  await endSuspensions();
  assert.deepEqual([(await read(over)).status, (await read(longer)).status], ["active", "suspended"]);
});

test("of two moves at the same time the second one is decided again", async () => {
  for (let round = 0; round < 5; round++) {
    const user = await standing("active");
    const results = await Promise.allSettled([
      changeStatus(operator, user, "suspended", "operator", { reason: "Spam" }),
      changeStatus(client(), user, "deleting", "user", { until: clock.now() + DAY_MS }),
    ]);
    const { status, statusReason } = await read(user);
    assert.equal(status, "suspended", "either first, or as the operator's decision about an account that is being deleted");
    assert.equal(statusReason, "Spam");
    assert.equal(results[0]?.status, "fulfilled");
  }
});

async function read({ id }: User): Promise<User> {
  const [user] = await db().select().from(users).where(eq(users.id, id));
  return user ?? assert.fail("deleted");
}

const pick = <T>(from: readonly T[], random: () => number): T => from[Math.floor(random() * from.length)] as T;

/** Random numbers that are the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
