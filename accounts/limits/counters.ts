import { and, gt, inArray, sql } from "drizzle-orm";
import { HOUR_MS, SECOND_MS, steadyNow } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { AccountsError } from "#accounts/errors.ts";
import { limitsHit } from "#accounts/measures.ts";
import { doubled, greatest, least } from "#db/dialect.ts";
import type { Db } from "#db/engine.ts";
import { rateLimits } from "#db/schema.ts";
import { mapped, statement } from "#db/statements.ts";
import { allowance, quotaOf } from "./allowance.ts";
import { LIMITS, type Limit, type Rule } from "./limits.ts";
import { noteCleared, noteCounted, noteLeft } from "./quota-notes.ts";

const MIN_BLOCK_MS = 30 * SECOND_MS; // NIST SP 800-63B-4 3.2.2: from 30 seconds up to an hour
const MAX_BLOCK_MS = HOUR_MS;
const MAX_DOUBLINGS = 16; // far beyond MAX_BLOCK_MS
const NEVER = Number.MAX_SAFE_INTEGER;

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
  return together(limits).map((some) => mapped(counterRows(keysOf(some)), (rows) => refuseUsedUp(countersIn(rows, some))));
}

/**
 * The statements that count once, or an amount, against these limits. They belong in the commit of what is counted. They run in the
 * order of the keys, so that two commits never wait for each other's rows.
 */
export function count(limits: Limit[], amount = 1) {
  const inOrder = limits.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  for (const one of inOrder) noteCounted(one, amount);
  return inOrder.map((one) => counted(one, amount));
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

/** The statements that reset these limits. What is under way stays so. */
export function clearLimits(limits: Limit[]) {
  for (const one of limits) noteCleared(one);
  return together(limits).map((some) => cleared(keysOf(some)));
}

const cleared = statement((db) =>
  db
    .update(rateLimits)
    .set({ failures: 0, blockedUntil: 0, expiresAt: 0 })
    .where(and(isOneOf(), gt(rateLimits.failures, 0))),
);

/** How many more may fail until the limit refuses or makes callers wait; at least one, since a wait that is over lets one in. */
export const failuresLeft = (one: Counter, now: number) => Math.max(1, allowance(LIMITS[one.name].free) - failuresOf(one, now));

/** Throws `rate_limited` if one of the limits is used up. */
export function refuseUsedUp(counters: Counter[]): void {
  const now = nowOf(counters);
  for (const one of counters) {
    const failures = failuresOf(one, now);
    const { grows }: Rule = LIMITS[one.name];
    if (failures >= closesAt(one)) throw limited(one, grows ? MAX_BLOCK_MS : one.expiresAt - now);
    if (failures > 0 && one.blockedUntil > now) throw limited(one, one.blockedUntil - now);
    noteLeft(one, failures, Math.ceil((failures > 0 ? one.expiresAt - now : LIMITS[one.name].windowMs) / SECOND_MS));
  }
}

/** The current time. The clock of another process may be ahead; then its counters have the time. */
export const nowOf = (counters: Counter[]) =>
  steadyNow(Math.max(0, ...counters.map(({ name, expiresAt }) => expiresAt - LIMITS[name].windowMs)));

const failuresOf = ({ failures, expiresAt }: Counter, now: number) => (expiresAt > now ? failures : 0);

/** The number of failures at which a limit closes, until its window ends or it is reset. */
function closesAt({ name }: Limit): number {
  const { free, grows, closesAt }: Rule = LIMITS[name];
  if (closesAt) return allowance(closesAt);
  return grows ? NEVER : allowance(free);
}

type Row = typeof rateLimits.$inferSelect;
/** A limit with its counter. */
export type Counter = Limit & Row;

const counterOf = (one: Limit, row?: Row): Counter => ({
  failures: 0,
  blockedUntil: 0,
  expiresAt: 0,
  underWay: 0,
  underWayUntil: 0,
  ...row,
  ...one,
});

export async function countersOf(limits: Limit[]): Promise<Counter[]> {
  const rows = together(limits).map(async (some) => {
    const keys = keysOf(some);
    return await counterRows(keys).all();
  });
  return countersIn((await Promise.all(rows)).flat(), limits);
}

/** The counters of these limits, among rows of the table. */
export const countersIn = (rows: Row[], limits: Limit[]): Counter[] =>
  limits.map((one) =>
    counterOf(
      one,
      rows.find(({ key }) => key === one.key),
    ),
  );

const AT_ONCE = ["first", "second", "third", "fourth"] as const;

/** The limits in groups of which each takes one statement. */
const together = (limits: Limit[]): Limit[][] =>
  Array.from({ length: Math.ceil(limits.length / AT_ONCE.length) }, (_, at) =>
    limits.slice(at * AT_ONCE.length, (at + 1) * AT_ONCE.length),
  );

const keysOf = (limits: Limit[]) => Object.fromEntries(AT_ONCE.map((name, at) => [name, limits[at]?.key ?? ""]));

const isOneOf = () =>
  inArray(
    rateLimits.key,
    AT_ONCE.map((name) => sql.placeholder(name)),
  );

const counterRows = statement((db) => db.select().from(rateLimits).where(isOneOf()));

function limited({ name, fields = [] }: Limit, waitMs: number): AccountsError {
  const { advice = "" }: Rule = LIMITS[name];
  limitsHit.publish(name);
  return new AccountsError("rate_limited", {
    quota: quotaOf(name, LIMITS[name]),
    fields: fields.map((field) => ({ field, code: "rate_limited", detail: advice })),
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / SECOND_MS)),
  });
}
