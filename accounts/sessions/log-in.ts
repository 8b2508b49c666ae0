import { and, eq } from "drizzle-orm";
import { type Caller, housekeeping, type User, withoutSession } from "#accounts/caller.ts";
import { commit } from "#accounts/commit.ts";
import type { LoginInput } from "#accounts/contract/schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import { type OpenedChallenge, openChallenge } from "#accounts/factors/challenges.ts";
import { missingFactor } from "#accounts/factors/factors.ts";
import type { Party } from "#accounts/limits/fair-turns.ts";
import { isTrustedBrowser } from "#accounts/limits/known-devices.ts";
import { type LoginAttempt, loginAttempt } from "#accounts/limits/login-attempts.ts";
import { hashPassword, isOutdated, verifyPassword } from "#accounts/passwords/passwords.ts";
import { standInFor } from "#accounts/passwords/stand-in.ts";
import { refuseUnproven } from "#accounts/users/email-proof.ts";
import { findLogin } from "#accounts/users/names.ts";
import { afterSuspension, refuseUnlessActive } from "#accounts/users/status.ts";
import { users } from "#db/schema.ts";
import type { SessionKind } from "./lifetimes.ts";
import { type OpenedSession, openSession } from "./opening.ts";

const MAX_CHECKS = 3; // of the password, if the user's row changes during each check

/** The result of a log-in: a session, or a challenge because a second factor is missing or has to be set up. */
export type LoginEnding = ({ kind: "session" } & OpenedSession) | ({ kind: "challenge" } & OpenedChallenge);

/**
 * Logs in with email address or username, and password. Throws `invalid_credentials`, after the same work for an unknown name;
 * `account_inactive`, `account_suspended` and `email_unverified`, only after the right password; `rate_limited`, without checking the password;
 * `overloaded`.
 */
export async function logIn(caller: Caller, input: LoginInput, kind: SessionKind = "token"): Promise<LoginEnding> {
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
      const ending = await enter(caller, user, kind, { deviceName: input.device_name, attempt });
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
 * Lets a user in who has shown the password, or has just registered: opens a session, or a challenge if a second factor is missing. Not
 * in a browser that the user trusts. Returns null if `user` is out of date. Throws what `openSession` and `openChallenge` do.
 */
export async function enter(
  caller: Caller,
  user: User,
  kind: SessionKind,
  options: { deviceName?: string; attempt?: LoginAttempt } = {},
): Promise<LoginEnding | null> {
  const purpose = missingFactor(user);
  const isTrusted = purpose === "login" && (await isTrustedBrowser(caller, user.id));
  if (purpose === null || isTrusted) {
    const opened = await openSession(caller, user, kind, { ...options, isTrusted });
    return opened && { kind: "session", ...opened };
  }
  const active = await afterSuspension(user);
  refuseUnlessActive(active);
  const opened = await openChallenge(caller, active, kind, { ...options, purpose });
  return opened && { kind: "challenge", ...opened };
}

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
