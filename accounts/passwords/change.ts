import { and, eq } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, requireUser, type Session, type SignedIn } from "#accounts/caller.ts";
import { commit, must, refuseEndedSession } from "#accounts/commit.ts";
import type { ChangePasswordInput } from "#accounts/contract/schemas.ts";
import { checkAll } from "#accounts/contract/wrong-fields.ts";
import { AccountsError } from "#accounts/errors.ts";
import { refuseIfSpent, spend } from "#accounts/limits/budgets.ts";
import { clearLimits, count, hasFailures, stillWithin, withinLimits } from "#accounts/limits/counters.ts";
import { forgetOtherDevices } from "#accounts/limits/known-devices.ts";
import { limit } from "#accounts/limits/limits.ts";
import { partyOf } from "#accounts/limits/networks.ts";
import { endSessions } from "#accounts/sessions/ending.ts";
import { purposeOf } from "#accounts/sessions/lifetimes.ts";
import { newToken } from "#accounts/sessions/tokens.ts";
import { sessions, users } from "#db/schema.ts";
import { refuseCommonPassword } from "./common-passwords.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";

/**
 * Sets a new password for a caller who knows the current one. The same commit ends all other sessions, gives this one a new
 * token and forgets every other device. A log-in under way with the old password opens no session (ASVS 6.2.3, 7.4.3).
 * Throws `wrong_password`, `validation_failed` (common, unchanged), `rate_limited`, `overloaded`.
 */
export async function changePassword(
  caller: Caller,
  { current_password, new_password }: ChangePasswordInput,
): Promise<{ token: string; session: Session; sessionsEnded: number }> {
  requireUser(caller);
  const { user, session } = caller;
  refuseIfSpent("password_changes", user.id);
  await checkAll(requirePassword(caller, current_password), refuseCommonPassword("new_password", new_password, user));
  if (new_password === current_password) throw unchanged();
  const passwordHash = await hashPassword(new_password, partyOf(caller, user.id));
  spend("password_changes", user.id);
  const { token, hash } = newToken(purposeOf(session.kind), session.id);
  const { renewed, sessionsEnded } = await commit(caller, (tx) => ({
    user: must(
      tx
        .update(users)
        .set({ passwordHash })
        .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash))),
      wrongPassword, // another request changed it meanwhile
    ),
    renewed: must(tx.update(sessions).set({ tokenHash: hash }).where(eq(sessions.id, session.id)).returning(), "invalid_token"),
    ...endSessions(tx, user.id, session.id),
    forgotten: forgetOtherDevices(tx, caller, user.id),
    event: auditEvent(tx, caller, "password.changed", { userId: user.id, sessionId: session.id }),
  }));
  return { token, session: renewed, sessionsEnded };
}

/** Throws what `changePassword` would refuse about the new password, for input whose other field is already wrong. */
export async function inspectNewPassword(caller: Caller, { new_password }: Partial<ChangePasswordInput>): Promise<void> {
  if (caller.user && new_password !== undefined) await refuseCommonPassword("new_password", new_password, caller.user);
}

/**
 * Throws `wrong_password` unless this is the caller's password, and `rate_limited` after too many wrong ones, in this session or
 * in all sessions of the user together. A log-in resets the second limit, which a thief of a session can't do. Throws
 * `invalid_token` for a session that has ended, without checking or counting anything.
 */
export async function requirePassword(caller: SignedIn, password: string): Promise<void> {
  const { user, session } = caller;
  const tries = [limit("reauthentication", user.id, session.id), limit("reauthentication_user", user.id)];
  await withinLimits(tries, async () => {
    await refuseEndedSession(caller);
    const proven = await verifyPassword(user, password, partyOf(caller, user.id));
    if (proven && !(await hasFailures(tries))) return;
    const event = { userId: user.id, sessionId: session.id, detail: "current password" };
    await commit(caller, (tx) => ({
      within: stillWithin(tries),
      limits: proven ? clearLimits(tx, tries) : count(tries),
      event: !proven && auditEvent(tx, caller, "login.failed", event),
    }));
    if (!proven) throw wrongPassword();
  });
}

function wrongPassword(): AccountsError {
  const detail = "That’s not your current password. Try again.";
  return new AccountsError("wrong_password", { fields: [{ field: "current_password", code: "wrong", detail }] });
}

function unchanged(): AccountsError {
  const detail = "That’s already your password. Choose a new one.";
  return new AccountsError("validation_failed", { fields: [{ field: "new_password", code: "unchanged", detail }] });
}
