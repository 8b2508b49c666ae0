import { eq, inArray, sql } from "drizzle-orm";
import { HOUR_MS, SECOND_MS, steadyNow } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { AccountsError } from "#accounts/errors.ts";
import { doubled, greatest, least } from "#db/dialect.ts";
import type { Db } from "#db/engine.ts";
import { processWide } from "#db/process-wide.ts";
import { rateLimits } from "#db/schema.ts";
import { checked, statement } from "#db/statements.ts";
import { allowance } from "./allowance.ts";
import { LIMITS, type Limit, type Rule } from "./limits.ts";

const MIN_BLOCK_MS = 30 * SECOND_MS; // NIST SP 800-63B-4 3.2.2: from 30 seconds up to an hour
const MAX_BLOCK_MS = HOUR_MS;
const MAX_DOUBLINGS = 16; // far beyond MAX_BLOCK_MS
const MAX_WAITING = 128; // for one counter
const NEVER = Number.MAX_SAFE_INTEGER;

// The number of checks under way for each counter. All of them may fail, so no more are admitted than failures are left.
const underWay = processWide("rate-limits", () => ({
  counts: new Map<string, number>(),
  waiting: new Map<string, (() => void)[]>(),
  /** The number of checks that have ended. */
  ended: 0,
}));

/**
 * Runs `check` unless one of the limits is used up. Checks that could together exceed a limit wait for each other, so that
 * parallel guesses gain nothing and parallel right passwords lose nothing. `check` counts its failures with `count`, and includes
 * `stillWithin` in its commits, because another process may have admitted as many at the same time.
 * Throws `rate_limited` with the seconds to wait, and `overloaded`.
 */
export async function withinLimits<T>(limits: Limit[], check: () => Promise<T>): Promise<T> {
  if (!config().rateLimits || limits.length === 0) return check();
  await enter(limits);
  try {
    return await check();
  } finally {
    leaveRoom(limits);
  }
}

/** Whether any of the limits has counted failures. Throws `rate_limited` if one is used up. */
export async function hasFailures(limits: Limit[]): Promise<boolean> {
  const counters = await countersOf(limits);
  if (config().rateLimits) refuseUsedUp(counters);
  return counters.some(({ failures }) => failures > 0);
}

/**
 * The statements that roll back a commit with `rate_limited` if another process has used up one of the limits meanwhile. They
 * belong in every commit that counts or reveals the result of a check.
 */
export function stillWithin(limits: Limit[]) {
  if (!config().rateLimits) return [];
  return limits.map((one) => checked(counterRow({ key: one.key }), ([row]) => refuseUsedUp([counterOf(one, row)])));
}

/** The statements that count once, or an amount, against these limits. They belong in the commit of what is counted. */
export function count(limits: Limit[], amount = 1) {
  return limits.map((one) => counted(one, amount));
}

function counted({ name, key }: Limit, amount: number) {
  const { free: freeSetting, windowMs, grows }: Rule = LIMITS[name];
  const free = allowance(freeSetting);
  const now = steadyNow();
  const firstBlock = grows && free <= 1 ? now + MIN_BLOCK_MS : 0;
  return (grows ? countGrowing : countPlain)({ key, now, amount, free, firstBlock, windowMs, until: now + windowMs });
}

const countGrowing = statement((db) => counting(db, true));
const countPlain = statement((db) => counting(db, false));

/** The upsert of a counter. The clock of another process may be ahead; then the row's time counts. */
function counting(db: Db, grows: boolean) {
  const value = (name: string) => sql.placeholder(name);
  const { expiresAt } = rateLimits;
  const at = greatest(value("now"), sql`${expiresAt} - ${value("windowMs")}`);
  const isOver = sql`${expiresAt} <= ${value("now")}`;
  const failures = sql`case when ${isOver} then 0 else ${rateLimits.failures} end + ${value("amount")}`;
  const over = sql`${failures} - ${value("free")}`;
  const blockMs = least(MAX_BLOCK_MS, doubled(MIN_BLOCK_MS, least(MAX_DOUBLINGS, greatest(0, over))));
  const set = grows
    ? {
        blockedUntil: sql`case when ${failures} >= ${value("free")} then ${at} + ${blockMs} else 0 end`,
        expiresAt: sql`${at} + ${value("windowMs")}`,
      }
    : { blockedUntil: sql`0`, expiresAt: sql`case when ${isOver} then ${value("until")} else ${expiresAt} end` };
  return db
    .insert(rateLimits)
    .values({ key: value("key"), failures: value("amount"), blockedUntil: value("firstBlock"), expiresAt: value("until") })
    .onConflictDoUpdate({ target: rateLimits.key, set: { failures, ...set } });
}

/** The statement that resets these limits. */
export function clearLimits(tx: Db, limits: Limit[]) {
  const keys = limits.map(({ key }) => key);
  return tx.delete(rateLimits).where(inArray(rateLimits.key, keys));
}

/**
 * Waits until every limit has room, and takes it. A check that leaves a queue wakes the next one, unless it returns to it.
 * There is no await between looking at the counters and taking room or a place in the queue. If a check ended during the read,
 * it may have counted a failure that was not read, so the counters are read again.
 */
async function enter(limits: Limit[]): Promise<void> {
  for (let left = ""; ; ) {
    let full = "";
    try {
      let counters: Counter[];
      let ended: number;
      do {
        ended = underWay.ended;
        counters = await countersOf(limits);
      } while (underWay.ended !== ended);
      full = findFull(counters);
    } finally {
      if (left !== full) wakeNext(left);
    }
    if (!full) return takeRoom(limits);
    await room(full, left === full);
    left = full;
  }
}

function takeRoom(limits: Limit[]): void {
  for (const { key } of limits) underWay.counts.set(key, (underWay.counts.get(key) ?? 0) + 1);
}

function leaveRoom(limits: Limit[]): void {
  underWay.ended++;
  for (const { key } of limits) {
    const left = (underWay.counts.get(key) ?? 1) - 1;
    if (left > 0) underWay.counts.set(key, left);
    else underWay.counts.delete(key);
    wakeNext(key);
  }
}

function room(key: string, goesBack: boolean): Promise<void> {
  const queue = underWay.waiting.get(key) ?? [];
  if (queue.length >= MAX_WAITING && !goesBack) throw new AccountsError("overloaded", { retryAfterSeconds: 2 });
  underWay.waiting.set(key, queue);
  return new Promise((resolve) => void (goesBack ? queue.unshift(resolve) : queue.push(resolve)));
}

function wakeNext(key: string): void {
  const queue = underWay.waiting.get(key);
  queue?.shift()?.();
  if (queue?.length === 0) underWay.waiting.delete(key);
}

/** The key of a limit that is full with checks under way, or "". Throws `rate_limited` if one is used up. */
function findFull(counters: Counter[]): string {
  refuseUsedUp(counters);
  const now = nowOf(counters);
  const full = counters.findLast((one) => {
    const left = Math.max(1, allowance(LIMITS[one.name].free) - failuresOf(one, now));
    return (underWay.counts.get(one.key) ?? 0) >= left;
  });
  return full?.key ?? "";
}

/** Throws `rate_limited` if one of the limits is used up. */
function refuseUsedUp(counters: Counter[]): void {
  const now = nowOf(counters);
  for (const one of counters) {
    const failures = failuresOf(one, now);
    const { grows }: Rule = LIMITS[one.name];
    if (failures >= closesAt(one)) throw limited(one, grows ? MAX_BLOCK_MS : one.expiresAt - now);
    if (failures > 0 && one.blockedUntil > now) throw limited(one, one.blockedUntil - now);
  }
}

/** The current time. The clock of another process may be ahead; then its counters have the time. */
const nowOf = (counters: Counter[]) => steadyNow(Math.max(0, ...counters.map(({ name, expiresAt }) => expiresAt - LIMITS[name].windowMs)));

const failuresOf = ({ failures, expiresAt }: Counter, now: number) => (expiresAt > now ? failures : 0);

/** The number of failures at which a limit closes, until its window ends or it is reset. */
function closesAt({ name }: Limit): number {
  const { free, grows, closesAt }: Rule = LIMITS[name];
  if (closesAt) return allowance(closesAt);
  return grows ? NEVER : allowance(free);
}

type Row = typeof rateLimits.$inferSelect;
/** A limit with its counter. */
type Counter = Limit & Row;

const counterOf = (one: Limit, row?: Row): Counter => ({ failures: 0, blockedUntil: 0, expiresAt: 0, ...row, ...one });

const countersOf = (limits: Limit[]): Promise<Counter[]> =>
  Promise.all(limits.map(async (one) => counterOf(one, await counterRow({ key: one.key }).first())));

const counterRow = statement((db) =>
  db
    .select()
    .from(rateLimits)
    .where(eq(rateLimits.key, sql.placeholder("key"))),
);

function limited({ name, fields = [] }: Limit, waitMs: number): AccountsError {
  const { advice = "" }: Rule = LIMITS[name];
  return new AccountsError("rate_limited", {
    fields: fields.map((field) => ({ field, code: "rate_limited", detail: advice })),
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / SECOND_MS)),
  });
}
