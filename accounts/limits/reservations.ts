import { sql } from "drizzle-orm";
import { housekeeping } from "#accounts/caller.ts";
import { SECOND_MS, steadyNow } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { greatest } from "#db/dialect.ts";
import { isDatabaseShared } from "#db/engine.ts";
import { rateLimits } from "#db/schema.ts";
import { mapped, statement } from "#db/statements.ts";
import { type Counter, countersIn, failuresLeft, nowOf, refuseUsedUp } from "./counters.ts";
import { LIMITS, type Limit, type Rule } from "./limits.ts";

/*
 * Guesses at passwords that are under way, of all processes together: each is counted in the database before the password is
 * checked, so that many processes check as many guesses as one.
 */

const MAX_CHECK_MS = 30 * SECOND_MS; // a check ends earlier, with all it waits for; if its process dies, its place is free after that
const MAX_AHEAD_MS = 2 * MAX_CHECK_MS; // beyond that, another process's clock was ahead, and its word would count for too long
const MAX_GUESS_LIMITS = 3; // of one check

/** The limits whose checks have to be counted before they run: those on guesses, if other processes check guesses too. */
export function reservedLimits(limits: Limit[]): Limit[] {
  if (config().processes === 1 && !isDatabaseShared()) return [];
  return limits.filter(({ name }) => (LIMITS[name] as Rule).ofGuesses);
}

/** How many guesses of all processes are under way. */
export const guessesUnderWay = ({ underWay, underWayUntil }: Counter, now: number): number =>
  underWayUntil > now && underWayUntil <= now + MAX_AHEAD_MS ? underWay : 0;

/** Other processes' guesses fill the limit of this key. */
export class FullError extends Error {
  readonly key: string;

  constructor(key: string) {
    super();
    this.key = key;
  }
}

/** Counts a guess as under way, in the database. Throws FullError and `rate_limited`, and then counts nothing. */
export async function reserve(limits: Limit[]): Promise<void> {
  await commit(
    housekeeping,
    () => ({
      taken: mapped(moved(limits, 1), (rows) => {
        const counters = countersIn(rows, limits);
        refuseUsedUp(counters);
        const now = nowOf(counters);
        const full = counters.findLast((one) => one.underWay > failuresLeft(one, now));
        if (full) throw new FullError(full.key);
      }),
    }),
    "latest",
  );
}

/** Counts a guess as no longer under way. */
export const giveBack = (limits: Limit[]) => commit(housekeeping, () => ({ givenBack: moved(limits, -1) }), "latest");

/** Always three rows, so that the time does not reveal a known device; in the order of their keys, like `count`. */
function moved(limits: Limit[], by: 1 | -1) {
  const keys = limits.map(({ key }) => key);
  while (keys.length < MAX_GUESS_LIMITS) keys.push(`${limits[0]?.key} ${keys.length}`);
  const [first, second, third] = keys.sort();
  const now = steadyNow();
  return move({ first, second, third, by, initial: Math.max(0, by), now, until: now + MAX_CHECK_MS, latest: now + MAX_AHEAD_MS });
}

const move = statement((db) => {
  const value = (name: string) => sql.placeholder(name);
  const underWayUntil = sql`${value("until")}`;
  const row = { failures: 0, blockedUntil: 0, expiresAt: 0, underWay: value("initial"), underWayUntil };
  const isLive = sql`${rateLimits.underWayUntil} > ${value("now")} and ${rateLimits.underWayUntil} <= ${value("latest")}`;
  const now = sql`case when ${isLive} then ${rateLimits.underWay} else 0 end`;
  return db
    .insert(rateLimits)
    .values(["first", "second", "third"].map((key) => ({ key: value(key), ...row })))
    .onConflictDoUpdate({ target: rateLimits.key, set: { underWay: greatest(0, sql`${now} + ${value("by")}`), underWayUntil } })
    .returning();
});
