import { and, eq } from "drizzle-orm";
import { type Caller, housekeeping, type User, withoutSession } from "#accounts/caller.ts";
import { commit } from "#accounts/commit.ts";
import type { LoginInput } from "#accounts/contract/schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import type { Party } from "#accounts/limits/fair-turns.ts";
import { type LoginAttempt, loginAttempt } from "#accounts/limits/login-attempts.ts";
import { hashPassword, isOutdated, verifyPassword } from "#accounts/passwords/passwords.ts";
import { canonicalEmail, findUserByEmail } from "#accounts/users/names.ts";
import { users } from "#db/schema.ts";
import type { SessionKind } from "./lifetimes.ts";
import { type OpenedSession, openSession } from "./opening.ts";

const MAX_CHECKS = 3; // of the password, if the user's row changes during each check

/** The result of a log-in: a session, or a challenge for a second factor. No user can have a second factor yet. */
export type LoginEnding = ({ kind: "session" } & OpenedSession) | { kind: "challenge" };

/**
 * Logs in with email address and password. Throws `invalid_credentials`, after the same work for an unknown address;
 * `account_inactive` and `account_suspended`, only after the right password; `rate_limited`, without checking the password;
 * `overloaded`.
 */
export async function logIn(caller: Caller, input: LoginInput, kind: SessionKind = "token"): Promise<LoginEnding> {
  const emailCanonical = canonicalEmail(input.email);
  const attempt = await loginAttempt(caller, emailCanonical);
  return attempt.within(async () => {
    for (let checks = 0; checks < MAX_CHECKS; checks++) {
      const user = await findUserByEmail(emailCanonical);
      const isProven = await verifyPassword(user, input.password, attempt.party);
      if (!user || !isProven) return refuse(caller, attempt, user);
      const opened = await openSession(caller, user, kind, { deviceName: input.device_name, attempt });
      if (opened) {
        if (isOutdated(user.passwordHash)) await renewHash(user, input.password, attempt.party).catch(() => {}); // the next log-in tries again
        return { kind: "session", ...opened };
      }
      // All sessions ended or the password changed during the check: check again.
    }
    throw new AccountsError("overloaded", { retryAfterSeconds: 1 });
  });
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
