import { hash } from "node:crypto";
import { and, eq, gt, lt, sql } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, type User, withoutSession } from "#accounts/caller.ts";
import { clock, MINUTE_MS } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import { AccountsError } from "#accounts/errors.ts";
import { withinLimits } from "#accounts/limits/admission.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { count, stillWithin } from "#accounts/limits/counters.ts";
import { findKnownDevice } from "#accounts/limits/known-devices.ts";
import { limit } from "#accounts/limits/limits.ts";
import { networkOf } from "#accounts/limits/networks.ts";
import { purgeSoon } from "#accounts/retention/purge.ts";
import type { SessionKind } from "#accounts/sessions/lifetimes.ts";
import { unchangedUser } from "#accounts/sessions/opening.ts";
import { newSecret, readSecret } from "#accounts/sessions/tokens.ts";
import type { Left } from "#accounts/users/ways-back.ts";
import type { Db } from "#db/engine.ts";
import { challenges } from "#db/factors-schema.ts";
import { users } from "#db/schema.ts";
import { type Plan, statement } from "#db/statements.ts";
import { type Factor, secondFactors } from "./factors.ts";

/*
 * Challenges: what a log-in ends in while a factor is missing. Not a session: it opens nothing but the step that it is for, only for
 * the browser or client that got it, and once.
 */

const CHALLENGE_LIFETIME_MS = 5 * MINUTE_MS;
export const MAX_FAILURES = 5; // NIST SP 800-63B-4 3.2.2, ASVS 6.6.3
/** What an account without a second factor can set up when it has to. */
const TO_SET_UP: Factor[] = ["totp"];

export type Challenge = typeof challenges.$inferSelect;
type Purpose = Challenge["purpose"];
/** A challenge for its holder: the secret, its end, and what can be done with it. */
export type OpenedChallenge = { challenge: string; purpose: Purpose; expiresAt: number; factors: Factor[] };
export type FoundChallenge = { challenge: Challenge; user: User };

type Opening = {
  purpose: Purpose;
  deviceName?: string;
  /** By what the user was proven: the password, unless said otherwise. */
  factors?: string;
  /** The status that the user leaves by this log-in. */
  returnsFrom?: Left | null;
  attempt?: { challenged(tx: Db): Plan };
};

class OutOfDate extends Error {}

/**
 * Opens a challenge for a user who has shown the password: `login` to be finished with a second factor, `setup` to set one up, `return` to
 * say that an account that was left shall be used again. Returns
 * null if `user` is out of date, like `openSession`. Throws `rate_limited` after too many on one account from one known device, or from all
 * unknown ones.
 */
export async function openChallenge(
  caller: Caller,
  user: User,
  kind: SessionKind,
  { purpose, deviceName, factors, returnsFrom, attempt }: Opening,
): Promise<OpenedChallenge | null> {
  const visitor = withoutSession(caller);
  const device = await findKnownDevice(caller, user.id);
  const limits = [limit("challenges", user.id, device?.hash ?? "unknown")];
  const { secret, hash: tokenHash } = newSecret("challenge");
  const expiresAt = clock.now() + CHALLENGE_LIFETIME_MS;
  const row = { tokenHash, purpose, userId: user.id, sessionEpoch: user.sessionEpoch, holderHash: holderOf(caller), sessionKind: kind };
  const isOpened = await withinLimits(limits, () =>
    commit(visitor, (tx) => ({
      ...attempt?.challenged(tx),
      room: stillWithin(limits),
      unchanged: must(unchangedUser(user), () => new OutOfDate()),
      counted: count(limits),
      stored: tx.insert(challenges).values({ ...row, deviceName: deviceName || null, factors, returnsFrom, expiresAt }),
      event: auditEvent(tx, caller, "login.challenged", { userId: user.id }),
    })).then(
      () => true,
      (error) => {
        if (error instanceof OutOfDate) return false;
        throw error;
      },
    ),
  );
  return isOpened ? { challenge: secret, purpose, expiresAt, factors: purpose === "setup" ? TO_SET_UP : secondFactors(user) } : null;
}

/**
 * The live challenge of a secret, and its user; null if it is unknown, used, expired or at its last failure, for something else, of
 * another browser or client, or if the user's sessions have ended since. Reads as much for an unknown one.
 */
export async function findChallenge(caller: Caller, purpose: Purpose, secret: string): Promise<FoundChallenge | null> {
  const tokenHash = readSecret("challenge", secret) ?? NO_HASH;
  const challenge = await challengeByHash({ tokenHash }).first();
  const user = await userOfChallenge({ id: challenge?.userId ?? 0 }).first();
  if (!challenge || !user) return null;
  if (challenge.expiresAt <= clock.now()) {
    purgeSoon(); // deletes it, so that it can't become valid again if the clock is set back
    return null;
  }
  const isTheirs = challenge.purpose === purpose && challenge.holderHash === holderOf(caller);
  const isCurrent =
    challenge.failures < MAX_FAILURES && challenge.sessionEpoch === user.sessionEpoch && user.status === statusFor(challenge);
  return isTheirs && isCurrent ? { challenge, user } : null;
}

/** Like `findChallenge`. Throws `invalid_challenge` if there is none, and `rate_limited` for too many invalid ones from one address. */
export async function requireChallenge(caller: Caller, purpose: Purpose, secret: string): Promise<FoundChallenge> {
  const found = await findChallenge(caller, purpose, secret);
  if (found) return found;
  spend("invalid_tokens", networkOf(caller));
  throw new AccountsError("invalid_challenge");
}

/** The statement that uses a challenge up. The commit is rolled back with `invalid_challenge` if it has ended meanwhile. */
export function takeChallenge(tx: Db, challenge: Challenge) {
  return must(tx.delete(challenges).where(isLive(challenge)), "invalid_challenge");
}

/** The statement that rolls back a commit with `invalid_challenge` if the challenge has ended meanwhile. */
export function stillChallenged(tx: Db, challenge: Challenge) {
  return must(tx.select({ purpose: challenges.purpose }).from(challenges).where(isLive(challenge)), "invalid_challenge");
}

/** The statement that counts a failure of a challenge that is still live; it returns a row if it was. */
export function countFailure(tx: Db, tokenHash: Buffer) {
  return tx
    .update(challenges)
    .set({ failures: sql`${challenges.failures} + 1` })
    .where(and(eq(challenges.tokenHash, tokenHash), gt(challenges.expiresAt, clock.now()), lt(challenges.failures, MAX_FAILURES)))
    .returning({ failures: challenges.failures });
}

/** No challenge has this hash. */
export const NO_HASH = Buffer.alloc(32);

/** The status that the user must still have. */
const statusFor = ({ returnsFrom }: Challenge) => returnsFrom ?? "active";

const isLive = (challenge: Challenge) => {
  const { tokenHash, sessionEpoch, userId } = challenge;
  return and(
    eq(challenges.tokenHash, tokenHash),
    gt(challenges.expiresAt, clock.now()),
    lt(challenges.failures, MAX_FAILURES),
    sql`exists (select 1 from ${users} where ${users.id} = ${userId} and ${users.sessionEpoch} = ${sessionEpoch} and ${users.status} = ${statusFor(challenge)})`,
  );
};

/** The browser, by the id that it keeps, or the API client, by what it says it is. */
function holderOf({ browser, device }: Caller): string {
  return hash("sha256", browser ? `browser ${browser}` : `client ${device()}`, "base64url");
}

const challengeByHash = statement((db) =>
  db
    .select()
    .from(challenges)
    .where(eq(challenges.tokenHash, sql.placeholder("tokenHash"))),
);
const userOfChallenge = statement((db) =>
  db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder("id"))),
);
