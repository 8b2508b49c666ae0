import { clock, SECOND_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { AccountsError } from "#accounts/errors.ts";
import { storageErrorFor } from "#db/errors.ts";
import { processWide } from "#db/process-wide.ts";
import { type Counter, countersOf, failuresLeft, nowOf, refuseUsedUp } from "./counters.ts";
import type { Limit } from "./limits.ts";
import { FullError, giveBack, guessesUnderWay, reserve, reservedLimits } from "./reservations.ts";

const MAX_WAITING = 128; // for one counter
const MAX_WAIT_MS = 5 * SECOND_MS; // for guesses of other processes
const LOOK_AGAIN_MS = 25;

// The number of this process's checks under way for each counter. All of them may fail, so no more are admitted than failures are left.
const underWay = processWide("rate-limits", () => ({
  counts: new Map<string, number>(),
  waiting: new Map<string, (() => void)[]>(),
  /** Counters at which somebody looks again soon, because other processes use them. */
  looking: new Set<string>(),
  /** The number of checks that have ended. */
  ended: 0,
}));

/**
 * Runs `check` unless one of the limits is used up. Checks that could together exceed a limit wait for each other, so that
 * parallel guesses gain nothing and parallel right passwords lose nothing. That holds for guesses at passwords of all processes
 * together. `check` counts its failures with `count`, and includes `stillWithin` in its commits, because other things are only
 * counted by then.
 * Throws `rate_limited` with the seconds to wait, and `overloaded`.
 */
export async function withinLimits<T>(limits: Limit[], check: () => Promise<T>): Promise<T> {
  if (!config().rateLimits || limits.length === 0) return check();
  const reserved = reservedLimits(limits);
  await enter(limits, reserved);
  try {
    const result = await check();
    void leave(limits, reserved);
    return result;
  } catch (error) {
    // If a failure could not be counted, what was reserved stays so until its time is over.
    void leave(limits, storageErrorFor(error) ? [] : reserved);
    throw error;
  }
}

/** Never rejects. */
async function leave(limits: Limit[], reserved: Limit[]): Promise<void> {
  if (reserved.length > 0) await giveBack(reserved).catch(() => {});
  leaveRoom(limits);
}

/**
 * Waits until every limit has room, and takes it, for `reserved` also in the database. A check that leaves a queue wakes the next
 * one, unless it returns to it.
 */
async function enter(limits: Limit[], reserved: Limit[]): Promise<void> {
  let waitsSince = clock.running(); // for other processes alone, which may have died
  for (let left = ""; ; ) {
    let full = "";
    try {
      full = await tryEntering(limits, reserved);
    } finally {
      if (left !== full) wakeNext(left);
    }
    if (!full) return;
    if (reserved.length > 0) {
      if (underWay.counts.has(full)) waitsSince = clock.running();
      if (clock.running() - waitsSince > MAX_WAIT_MS) {
        wakeNext(full);
        throw overloaded();
      }
      lookAgainSoon(full);
    }
    await room(full, left === full);
    left = full;
  }
}

/**
 * Takes room in every limit, or returns the key of one that has none, or "". There is no await between looking at the counters and
 * taking room or a place in the queue. If a check ended during the read, it may have counted a failure that was not read, so the
 * counters are read again.
 */
async function tryEntering(limits: Limit[], reserved: Limit[]): Promise<string> {
  let counters: Counter[];
  let ended: number;
  do {
    ended = underWay.ended;
    counters = await countersOf(limits);
  } while (underWay.ended !== ended);
  const full = findFull(counters, reserved);
  if (full) return full;
  takeRoom(limits);
  if (reserved.length === 0) return "";
  try {
    await reserve(reserved);
    return "";
  } catch (error) {
    leaveRoom(limits);
    if (error instanceof FullError) return error.key;
    throw error;
  }
}

/** Other processes can't wake who waits for them. */
function lookAgainSoon(key: string): void {
  if (underWay.looking.has(key)) return;
  underWay.looking.add(key);
  setTimeout(() => {
    underWay.looking.delete(key);
    wakeNext(key);
  }, LOOK_AGAIN_MS);
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
  if (queue.length >= MAX_WAITING && !goesBack) throw overloaded();
  underWay.waiting.set(key, queue);
  return new Promise((resolve) => void (goesBack ? queue.unshift(resolve) : queue.push(resolve)));
}

function wakeNext(key: string): void {
  const queue = underWay.waiting.get(key);
  queue?.shift()?.();
  if (queue?.length === 0) underWay.waiting.delete(key);
}

/** The key of a limit that is full with checks under way, or "". Throws `rate_limited` if one is used up. */
function findFull(counters: Counter[], reserved: Limit[]): string {
  refuseUsedUp(counters);
  const now = nowOf(counters);
  const isReserved = (key: string) => reserved.some((one) => one.key === key);
  const everywhere = (one: Counter) => (isReserved(one.key) ? guessesUnderWay(one, now) : 0);
  const full = counters.findLast((one) => Math.max(underWay.counts.get(one.key) ?? 0, everywhere(one)) >= failuresLeft(one, now));
  return full?.key ?? "";
}

const overloaded = () => new AccountsError("overloaded", { retryAfterSeconds: 2 });
