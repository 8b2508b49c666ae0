import { hash } from "node:crypto";
import { inArray, sql } from "drizzle-orm";
import { type Db, db } from "#db/client.ts";
import { processWide } from "#db/process-wide.ts";
import { rateLimits } from "#db/schema.ts";
import { statement } from "#db/statements.ts";
import { clock, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "./clock.ts";
import { config } from "./config.ts";
import { AccountsError } from "./errors.ts";

const SHORTEST_BLOCK_MS = 30 * SECOND_MS; // NIST SP 800-63B-4 3.2.2: 30 seconds, growing to an hour
const LONGEST_BLOCK_MS = HOUR_MS;
const MOST_WAITING = 128;

/**
 * The named limits (SECURITY: guessing). All count failures alone. `free` failures within `windowMs` cost nothing;
 * a plain limit then refuses until the window ends, a growing one makes each further failure wait longer.
 */
const LIMITS = {
  /** One account from one address or known device. */
  login_device: { free: () => config().limits.loginPerDevice, windowMs: DAY_MS, grows: true },
  /** One address over all accounts: password spraying. */
  login_address: { free: () => config().limits.loginPerAddress, windowMs: 5 * MINUTE_MS, grows: false },
  /** One account from all unknown devices together: a guess spread over many addresses. */
  login_account: {
    free: () => config().limits.loginPerAccountFree,
    windowMs: 30 * DAY_MS,
    grows: true,
    closesAt: () => config().limits.loginPerAccount,
  },
  /** The current password, asked again inside a session. */
  reauthentication: { free: () => config().limits.reauthentication, windowMs: 5 * MINUTE_MS, grows: false },
  /** Answers that tell that a name is taken. */
  names_taken: { free: () => config().limits.namesTaken, windowMs: HOUR_MS, grows: false },
  /** Accounts made by one address; here each success counts. */
  registration: { free: () => config().limits.registrations, windowMs: HOUR_MS, grows: false },
} satisfies Record<string, Rule>;

type Rule = { free: () => number; windowMs: number; grows: boolean; closesAt?: () => number };
export type LimitName = keyof typeof LIMITS;

/** A named limit applied to somebody. */
export type Limit = { name: LimitName; key: string };

/** The counter of a limit for somebody; what identifies them is stored only as a hash. */
export function limit(name: LimitName, ...who: (string | number)[]): Limit {
  return { name, key: `${name}:${hash("sha256", who.join("\0"), "base64url").slice(0, 22)}` };
}

// How many checks of each counter are under way: they may all fail, so no more are let in than failures are left.
const underWay = processWide("rate-limits", () => ({ counts: new Map<string, number>(), waiting: [] as (() => void)[] }));

/**
 * Runs `check` unless one of the limits is used up. Checks that could together exceed a limit wait for each other, so that
 * parallel guesses gain nothing and parallel right answers lose nothing. `check` itself records failures (`countFailure`).
 * Throws `rate_limited` with the seconds to wait.
 */
export async function withinLimits<T>(limits: Limit[], check: () => Promise<T>): Promise<T> {
  if (!config().rateLimits) return check();
  while (!hasRoom(limits)) {
    if (underWay.waiting.length >= MOST_WAITING) throw new AccountsError("overloaded", { retryAfterSeconds: 2 });
    await new Promise<void>((resolve) => underWay.waiting.push(resolve));
  }
  for (const { key } of limits) underWay.counts.set(key, (underWay.counts.get(key) ?? 0) + 1);
  try {
    return await check();
  } finally {
    for (const { key } of limits) {
      const left = (underWay.counts.get(key) ?? 1) - 1;
      if (left > 0) underWay.counts.set(key, left);
      else underWay.counts.delete(key);
    }
    for (const wake of underWay.waiting.splice(0)) wake();
  }
}

/** The statement that counts one failure; it belongs into the same commit as what failed. */
export function countFailure({ name, key }: Limit) {
  const { free, windowMs, grows }: Rule = LIMITS[name];
  const now = clock.now();
  const firstBlock = grows && free() <= 1 ? now + SHORTEST_BLOCK_MS : 0;
  return (grows ? countGrowing : countPlain)({ key, now, free: free(), firstBlock, until: now + windowMs });
}

const countGrowing = statement((db) => counting(db, true));
const countPlain = statement((db) => counting(db, false));

function counting(db: Db, grows: boolean) {
  const [key, now, free, firstBlock, until] = ["key", "now", "free", "firstBlock", "until"].map((name) => sql.placeholder(name));
  // A window that ends later than a whole window from now was written before the clock was set back: it is over.
  const over = sql`(${rateLimits.expiresAt} <= ${now} or ${rateLimits.expiresAt} > ${until})`;
  const failures = sql`case when ${over} then 1 else ${rateLimits.failures} + 1 end`;
  const blockMs = sql`min(${LONGEST_BLOCK_MS}, ${SHORTEST_BLOCK_MS} << min(16, max(0, ${failures} - ${free})))`;
  const set = grows
    ? { blockedUntil: sql`case when ${failures} >= ${free} then ${now} + ${blockMs} else 0 end`, expiresAt: sql`${until}` }
    : { blockedUntil: sql`0`, expiresAt: sql`case when ${over} then ${until} else ${rateLimits.expiresAt} end` };
  return db
    .insert(rateLimits)
    .values({ key: sql`${key}`, failures: 1, blockedUntil: sql`${firstBlock}`, expiresAt: sql`${until}` })
    .onConflictDoUpdate({ target: rateLimits.key, set: { failures, ...set } });
}

/** The statement that forgets the failures of these limits. */
export function clearLimits(tx: Db, limits: Limit[]) {
  const keys = limits.map(({ key }) => key);
  return tx.delete(rateLimits).where(inArray(rateLimits.key, keys));
}

const invalidTokens = processWide("invalid-tokens", () => ({ since: 0, counts: new Map<string, number>() }));

/**
 * Counts a token that is not valid; for this process and a minute only, since a durable count of every one would be a gift
 * to whoever floods us. Valid tokens are never looked at. Throws `rate_limited`.
 */
export function countInvalidToken(network: string): void {
  const now = clock.now();
  if (Math.abs(now - invalidTokens.since) >= MINUTE_MS) {
    invalidTokens.since = now;
    invalidTokens.counts.clear();
  }
  const seen = (invalidTokens.counts.get(network) ?? 0) + 1;
  invalidTokens.counts.set(network, seen);
  if (config().rateLimits && seen > config().limits.invalidTokens) throw limited(invalidTokens.since + MINUTE_MS - now);
}

/** Whether these limits let one more check in now; false if that depends on checks under way. Throws `rate_limited`. */
function hasRoom(limits: Limit[]): boolean {
  const now = clock.now();
  let room = true;
  for (const row of countersOf(limits)) {
    const { free, windowMs, grows, closesAt }: Rule = LIMITS[row.name];
    const current = row.expiresAt > now && row.expiresAt <= now + windowMs;
    const failures = current ? row.failures : 0;
    if (closesAt && failures >= closesAt()) throw limited(LONGEST_BLOCK_MS);
    const blockMs = row.blockedUntil - now;
    if (grows && current && blockMs > 0 && blockMs <= LONGEST_BLOCK_MS) throw limited(blockMs);
    if (!grows && failures >= free()) throw limited(row.expiresAt - now);
    const left = Math.max(1, free() - failures);
    if ((underWay.counts.get(row.key) ?? 0) >= left) room = false;
  }
  return room;
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
  return limits.map(({ name, key }) => ({ failures: 0, blockedUntil: 0, expiresAt: 0, ...rows.get(key), name, key }));
}

function limited(waitMs: number): AccountsError {
  return new AccountsError("rate_limited", { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / SECOND_MS)) });
}
