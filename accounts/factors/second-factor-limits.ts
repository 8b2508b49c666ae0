import { type SQL, sql } from "drizzle-orm";
import { type Caller, NOBODY, type User } from "#accounts/caller.ts";
import { findKnownDevice } from "#accounts/limits/known-devices.ts";
import { LIMITS, type Limit, limit } from "#accounts/limits/limits.ts";
import { networkOf } from "#accounts/limits/networks.ts";
import { challenges } from "#db/factors-schema.ts";
import { rateLimits } from "#db/schema.ts";
import { MAX_FAILURES } from "./challenges.ts";
import type { Factor } from "./factors.ts";

/*
 * Limits on guessing a second factor. Whoever guesses knows the password. A known browser has only a budget of its own, so that nobody
 * else can lock its owner out. A known address may be shared, and gets no more guesses than all unknown devices together.
 */

const UNKNOWN = "unknown device";
const MAX_COUNTED = 2; // the limits of an unknown device

export type GuessLimits = {
  /** A guess is evaluated only while these have room, and a wrong one counts against them. */
  own: Limit[];
  /** The same, with limits that nobody has used up, so that all guesses take as long. */
  checked: Limit[];
  counted: Limit[];
  /** What a right one resets. */
  cleared: Limit[];
};

export async function guessLimits(caller: Caller, user: User, factor: Factor): Promise<GuessLimits> {
  const known = await findKnownDevice(caller, user.id);
  const inARow = limit("second_factor_in_a_row", user.id);
  if (known?.isBrowser) {
    const own = limit("second_factor_browser", user.id, known.hash);
    return padded(caller, [own], [own, inARow]);
  }
  const own = limit(factor === "recovery_code" ? "recovery_code" : "second_factor", user.id, known?.hash ?? UNKNOWN);
  return padded(caller, factor === "recovery_code" || known ? [own] : [own, inARow], [inARow]);
}

/** As many limits for a challenge that isn't live. */
export async function limitsOfNobody(caller: Caller): Promise<GuessLimits> {
  await findKnownDevice(caller, NOBODY);
  return padded(caller, [], []);
}

function padded(caller: Caller, own: Limit[], cleared: Limit[]): GuessLimits {
  const unread = (...key: (string | number)[]) => limit("second_factor", networkOf(caller), "unread", ...key);
  const fill = (what: string) => [...own, ...[1, 2].map((number) => unread(what, number))].slice(0, MAX_COUNTED);
  return { own, checked: fill("checked"), counted: fill("counted"), cleared };
}

/** The limits that end with a factor: whoever guessed it begins anew with another. */
export const limitsOfFactors = (userId: number): Limit[] => [
  limit("second_factor", userId, UNKNOWN),
  limit("second_factor_in_a_row", userId),
  limit("recovery_code", userId, UNKNOWN),
];

/** The condition that the failure which a commit has just counted was the last one for a while. */
export function isLastGuess(tokenHash: Buffer, { own }: GuessLimits): SQL {
  const used = sql`exists (select 1 from ${challenges} where ${challenges.tokenHash} = ${tokenHash} and ${challenges.failures} >= ${MAX_FAILURES})`;
  const full = own.map(({ name, key }) => {
    const row = sql`${rateLimits.key} = ${key} and ${rateLimits.failures} >= ${Number(LIMITS[name].free)}`;
    return sql`exists (select 1 from ${rateLimits} where ${row})`;
  });
  return sql`(${sql.join([used, ...full], sql` or `)})`;
}
