import { and, eq } from "drizzle-orm";
import { type Caller, housekeeping, type User, withoutSession } from "#accounts/caller.ts";
import { commit } from "#accounts/commit.ts";
import type { LoginInput } from "#accounts/contract/schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import { type OpenedChallenge, openChallenge, requireChallenge, takeChallenge } from "#accounts/factors/challenges.ts";
import { missingFactor } from "#accounts/factors/factors.ts";
import { clearLimits } from "#accounts/limits/counters.ts";
import type { Party } from "#accounts/limits/fair-turns.ts";
import { isTrustedBrowser } from "#accounts/limits/known-devices.ts";
import { type LoginAttempt, limitsAfterLogin, loginAttempt } from "#accounts/limits/login-attempts.ts";
import { hashPassword, isOutdated, verifyPassword } from "#accounts/passwords/passwords.ts";
import { standInFor } from "#accounts/passwords/stand-in.ts";
import { refuseUnproven } from "#accounts/users/email-proof.ts";
import { findLogin } from "#accounts/users/names.ts";
import { afterSuspension } from "#accounts/users/status.ts";
import { statusToLeave, type Wish } from "#accounts/users/ways-back.ts";
import type { Db } from "#db/engine.ts";
import { users } from "#db/schema.ts";
import type { Plan } from "#db/statements.ts";
import type { SessionKind } from "./lifetimes.ts";
import { type OpenedSession, openSession } from "./opening.ts";

const MAX_CHECKS = 3; // of the password, if the user's row changes during each check

/** The result of a log-in: a session, or a challenge because a second factor is missing or has to be set up. */
export type LoginEnding = ({ kind: "session" } & OpenedSession) | ({ kind: "challenge" } & OpenedChallenge);

/**
 * Logs in with email address or username, and password. Throws `invalid_credentials`, after the same work for an unknown name;
 * `account_inactive`, `account_deleting`, `account_suspended` and `email_unverified`, only after the right password; `rate_limited`, without
 * checking the password; `overloaded`. `wish` is what it may do with an account that its user has left.
 */
export async function logIn(caller: Caller, input: LoginInput, kind: SessionKind = "token", wish = wishOf(input)): Promise<LoginEnding> {
  const login = await findLogin(input.email);
  const attempt = await loginAttempt(caller, login);
  return attempt.within(async () => {
    for (let checks = 0; checks < MAX_CHECKS; checks++) {
      const { user, countedAs } = await findLogin(input.email);
      if (countedAs !== login.countedAs) return refuse(caller, attempt, null); // the name has become another user's meanwhile
      const standIn = await standInFor(countedAs); // also for a known name, so that it takes as long
      const isProven = await verifyPassword(user ?? standIn, input.password, attempt.party);
      if (!user || !isProven) return refuse(caller, attempt, user);
      await refuseUnproven(caller, user);
      const ending = await enter(caller, user, kind, { deviceName: input.device_name, attempt, wish });
      if (ending) {
        if (isOutdated(user.passwordHash)) await renewHash(user, input.password, attempt.party).catch(() => {}); // the next log-in tries again
        return ending;
      }
      // All sessions ended or the password changed during the check: check again.
    }
    throw new AccountsError("overloaded", { retryAfterSeconds: 1 });
  });
}

/**
 * Goes on with the log-in of somebody who was asked whether to use an account again that was left, and says so. What is missing, such as a
 * second factor, is still asked for. Throws `invalid_challenge`, `rate_limited`, and what `enter` does.
 */
export async function comeBack(caller: Caller, secret: string): Promise<LoginEnding> {
  const visitor = withoutSession(caller);
  const { challenge, user } = await requireChallenge(visitor, "return", secret);
  const cleared = await limitsAfterLogin(visitor, user);
  const challenged = (tx: Db) => ({ taken: takeChallenge(tx, challenge) });
  const ending = await enter(visitor, user, challenge.sessionKind, {
    deviceName: challenge.deviceName ?? undefined,
    factors: challenge.factors === "password" ? undefined : challenge.factors,
    attempt: { challenged, succeeded: (tx) => ({ ...challenged(tx), cleared: clearLimits(cleared) }) },
    wish: "either",
  });
  return ending ?? Promise.reject(new AccountsError("invalid_challenge")); // the user's sessions have ended meanwhile
}

/** What records a log-in, in the commit that opens a challenge or the session. */
type Attempt = { challenged(tx: Db): Plan; succeeded(tx: Db, user: User): Plan };
type Entering = { deviceName?: string; factors?: string; attempt?: Attempt; wish?: Wish };

/**
 * Lets a user in who has shown the password, or what `factors` says, or has just registered: opens a session, or a challenge if a second
 * factor is missing, or if the user has to be asked first whether to use an account again that was left. No second factor is asked for in a
 * browser that the user trusts. Returns null if `user` is out of date. Throws what `openSession` and `openChallenge` do.
 */
export async function enter(
  caller: Caller,
  user: User,
  kind: SessionKind,
  { wish, ...options }: Entering = {},
): Promise<LoginEnding | null> {
  const current = await afterSuspension(user);
  const returnsFrom = statusToLeave(current, wish);
  if (returnsFrom && wish === "ask")
    return openChallenge(caller, current, kind, { ...options, purpose: "return", returnsFrom }).then(asEnding);
  const purpose = options.factors === undefined ? missingFactor(current) : null;
  const isTrusted = purpose === "login" && (await isTrustedBrowser(caller, user.id));
  if (purpose !== null && !isTrusted) return openChallenge(caller, current, kind, { ...options, purpose, returnsFrom }).then(asEnding);
  const opened = await openSession(caller, current, kind, { ...options, isTrusted, returnsFrom });
  return opened && { kind: "session", ...opened };
}

const asEnding = (opened: OpenedChallenge | null): LoginEnding | null => opened && { kind: "challenge", ...opened };

const wishOf = ({ reactivate }: { reactivate?: boolean }): Wish | undefined => (reactivate ? "reactivate" : undefined);

async function refuse(caller: Caller, attempt: LoginAttempt, user: User | null): Promise<never> {
  await commit(withoutSession(caller), (tx) => attempt.failed(tx, user));
  throw new AccountsError("invalid_credentials");
}

/** Replaces a hash that was made with weaker parameters, while the password is known (ASVS 11.2.2). */
async function renewHash(user: User, password: string, party: Party): Promise<void> {
  const passwordHash = await hashPassword(password, party);
  await commit(housekeeping, (tx) => ({
    user: tx
      .update(users)
      .set({ passwordHash })
      .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash))),
  }));
}
