import { inArray, type SQL, sql } from "drizzle-orm";
import { HOUR_MS, SECOND_MS, steadyNow } from "#accounts/clock.ts";
import { must } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { AccountsError } from "#accounts/errors.ts";
import { doubled, greatest, least } from "#db/dialect.ts";
import { type Db, db } from "#db/engine.ts";
import { processWide } from "#db/process-wide.ts";
import { rateLimits } from "#db/schema.ts";
import { statement } from "#db/statements.ts";
import { allowance } from "./allowance.ts";
import { LIMITS, type Limit, type Rule } from "./limits.ts";

const SHORTEST_BLOCK_MS = 30 * SECOND_MS; // NIST SP 800-63B-4 3.2.2: 30 seconds, growing to an hour
const LONGEST_BLOCK_MS = HOUR_MS;
const MAX_DOUBLINGS = 16; // far beyond LONGEST_BLOCK_MS
const MOST_WAITING = 128; // for one counter
const NEVER = Number.MAX_SAFE_INTEGER;

// How many checks of each counter are under way: they may all fail, so no more are let in than failures are left.
const underWay = processWide("rate-limits", () => ({ counts: new Map<string, number>(), waiting: new Map<string, (() => void)[]>() }));

/**
 * Runs `check` unless one of the limits is used up. Checks that could together exceed a limit wait for each other, so that
 * parallel guesses gain nothing and parallel right answers lose nothing. `check` itself records failures (`countFailure`), and
 * its commits hold `stillWithin`, since another process may have let in as many at the same moment.
 * Throws `rate_limited` with the seconds to wait, and `overloaded`.
 */
export async function withinLimits<T>(limits: Limit[], check: () => Promise<T>): Promise<T> {
  if (!config().rateLimits || limits.length === 0) return check();
  await enter(limits);
  try {
    return await check();
  } finally {
    for (const { key } of limits) {
      const left = (underWay.counts.get(key) ?? 1) - 1;
      if (left > 0) underWay.counts.set(key, left);
      else underWay.counts.delete(key);
      wakeNext(key);
    }
  }
}

/** Whether failures are counted at the moment. Throws `rate_limited` if one of the limits is used up. */
export function hasFailures(limits: Limit[]): boolean {
  if (config().rateLimits) findFull(limits);
  return countersOf(limits).some(({ failures }) => failures > 0);
}

/**
 * For a commit that counts or tells the outcome of a check: throws `rate_limited`, and nothing of the commit happens, if one
 * of the limits has been used up since it was looked at, by another process.
 */
export function stillWithin(limits: Limit[]) {
  if (!config().rateLimits) return [];
  const now = steadyNow();
  return limits.map((one) => must(unlessUsedUp({ key: one.key, now, closesAt: closesAt(one) }), () => usedUp(one)));
}

const unlessUsedUp = statement((db) => {
  const [key, now, closesAt] = ["key", "now", "closesAt"].map((name) => sql.placeholder(name));
  const { expiresAt, blockedUntil, failures } = rateLimits;
  const used = sql`select 1 from ${rateLimits} where ${rateLimits.key} = ${key} and ${expiresAt} > ${now}
    and (${blockedUntil} > ${now} or ${failures} >= ${closesAt})`;
  return db.select({ open: sql`1` }).from(sql`(select 1) as one`).where(sql`not exists (${used})`);
});

/** What to tell about a limit that a commit found used up: it is, so looking at it says so. */
function usedUp(one: Limit): AccountsError {
  try {
    findFull([one]);
  } catch (error) {
    if (error instanceof AccountsError) return error;
    throw error;
  }
  return limited(one, SECOND_MS); // the window ended at this very moment
}

/** The statement that counts one failure; it belongs into the same commit as what failed. */
export const countFailure = (one: Limit) => countAmount(one, 1);

/** The same for a limit that counts something else than failures. */
export function countAmount({ name, key }: Limit, amount: number) {
  const { free: freeSetting, windowMs, grows }: Rule = LIMITS[name];
  const free = allowance(freeSetting);
  const now = steadyNow();
  const firstBlock = grows && free <= 1 ? now + SHORTEST_BLOCK_MS : 0;
  return (grows ? countGrowing : countPlain)({ key, now, amount, free, firstBlock, windowMs, until: now + windowMs });
}

const countGrowing = statement((db) => counting(db, true));
const countPlain = statement((db) => counting(db, false));

/** Another process's clock may be ahead of this one's: then the row says what time it is. */
function counting(db: Db, grows: boolean) {
  const value = (name: string) => sql.placeholder(name);
  const { expiresAt } = rateLimits;
  const at = greatest(value("now"), sql`${expiresAt} - ${value("windowMs")}`);
  const isOver = sql`${expiresAt} <= ${value("now")}`;
  const failures = sql`case when ${isOver} then 0 else ${rateLimits.failures} end + ${value("amount")}`;
  const over = sql`${failures} - ${value("free")}`;
  const blockMs = least(LONGEST_BLOCK_MS, doubled(SHORTEST_BLOCK_MS, least(MAX_DOUBLINGS, greatest(0, over))));
  const set = grows
    ? {
        blockedUntil: sql`case when ${failures} >= ${value("free")} then ${at} + ${blockMs} else 0 end`,
        expiresAt: sql`${at} + ${value("windowMs")}`,
      }
    : { blockedUntil: sql`0`, expiresAt: sql`case when ${isOver} then ${value("until")} else ${expiresAt} end` };
  const [key, amount, firstBlock, until] = ["key", "amount", "firstBlock", "until"].map((name) => sql`${value(name)}`) as [
    SQL,
    SQL,
    SQL,
    SQL,
  ];
  return db
    .insert(rateLimits)
    .values({ key, failures: amount, blockedUntil: firstBlock, expiresAt: until })
    .onConflictDoUpdate({ target: rateLimits.key, set: { failures, ...set } });
}

/** The statement that forgets the failures of these limits. */
export function clearLimits(tx: Db, limits: Limit[]) {
  const keys = limits.map(({ key }) => key);
  return tx.delete(rateLimits).where(inArray(rateLimits.key, keys));
}

/** Waits until there is room in every limit, and takes it. Whoever has left a queue calls the next, unless it goes back. */
async function enter(limits: Limit[]): Promise<void> {
  for (let left = ""; ; ) {
    let full = "";
    try {
      full = findFull(limits);
      if (!full) for (const { key } of limits) underWay.counts.set(key, (underWay.counts.get(key) ?? 0) + 1);
    } finally {
      if (left !== full) wakeNext(left);
    }
    if (!full) return;
    await room(full, left === full);
    left = full;
  }
}

function room(key: string, goesBack: boolean): Promise<void> {
  const queue = underWay.waiting.get(key) ?? [];
  if (queue.length >= MOST_WAITING && !goesBack) throw new AccountsError("overloaded", { retryAfterSeconds: 2 });
  underWay.waiting.set(key, queue);
  return new Promise((resolve) => void (goesBack ? queue.unshift(resolve) : queue.push(resolve)));
}

function wakeNext(key: string): void {
  const queue = underWay.waiting.get(key);
  queue?.shift()?.();
  if (queue?.length === 0) underWay.waiting.delete(key);
}

/** The key of a limit whose room is taken by checks under way, or "". Throws `rate_limited` if one is used up. */
function findFull(limits: Limit[]): string {
  let full = "";
  const rows = countersOf(limits);
  const now = steadyNow(Math.max(0, ...rows.map(({ name, expiresAt }) => expiresAt - LIMITS[name].windowMs)));
  for (const row of rows) {
    const failures = row.expiresAt > now ? row.failures : 0;
    const { grows }: Rule = LIMITS[row.name];
    if (failures >= closesAt(row)) throw limited(row, grows ? LONGEST_BLOCK_MS : row.expiresAt - now);
    if (failures > 0 && row.blockedUntil > now) throw limited(row, row.blockedUntil - now);
    const left = Math.max(1, allowance(LIMITS[row.name].free) - failures);
    if ((underWay.counts.get(row.key) ?? 0) >= left) full = row.key;
  }
  return full;
}

/** The failures from which on nothing is let in any more, until the window ends or something clears them. */
function closesAt({ name }: Limit): number {
  const { free, grows, closesAt }: Rule = LIMITS[name];
  if (closesAt) return allowance(closesAt);
  return grows ? NEVER : allowance(free);
}

function countersOf(limits: Limit[]) {
  const keys = limits.map(({ key }) => key);
  const rows = new Map(
    db()
      .select()
      .from(rateLimits)
      .where(inArray(rateLimits.key, keys))
      .all()
      .map((row) => [row.key, row]),
  );
  return limits.map((one) => ({ failures: 0, blockedUntil: 0, expiresAt: 0, ...rows.get(one.key), ...one }));
}

function limited({ name, fields = [] }: Limit, waitMs: number): AccountsError {
  const { advice = "" }: Rule = LIMITS[name];
  return new AccountsError("rate_limited", {
    fields: fields.map((field) => ({ field, code: "rate_limited", detail: advice })),
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / SECOND_MS)),
  });
}
