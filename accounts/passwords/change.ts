import { and, eq } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, requireUser, type Session, type SignedIn, type User } from "#accounts/caller.ts";
import { commit, must, refuseEndedSession } from "#accounts/commit.ts";
import { broken, type Rule } from "#accounts/contract/rules.ts";
import type { ChangePasswordInput } from "#accounts/contract/schemas.ts";
import { checkAll } from "#accounts/contract/wrong-fields.ts";
import { endLinks } from "#accounts/emails/links.ts";
import { notice } from "#accounts/emails/notices.ts";
import { AccountsError } from "#accounts/errors.ts";
import { withinLimits } from "#accounts/limits/admission.ts";
import { refuseIfSpent, spend } from "#accounts/limits/budgets.ts";
import { clearLimits, count, hasFailures, stillWithin } from "#accounts/limits/counters.ts";
import { forgetOtherDevices } from "#accounts/limits/known-devices.ts";
import { limit } from "#accounts/limits/limits.ts";
import { partyOf } from "#accounts/limits/networks.ts";
import { endSessions } from "#accounts/sessions/ending.ts";
import { purposeOf } from "#accounts/sessions/lifetimes.ts";
import { newToken } from "#accounts/sessions/tokens.ts";
import { sessions, users } from "#db/schema.ts";
import { refuseCommonPassword } from "./common-passwords.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";

const WRONG: Rule = { code: "wrong", sentence: "That’s not your current password. Try again." };
const UNCHANGED: Rule = { code: "unchanged", sentence: "That’s already your password. Choose a new one." };

/**
 * Sets a new password for a caller who knows the current one. The same commit ends all other sessions, gives this one a new
 * token, forgets every other device, ends the links of mails and forgets a new address that is waiting. A log-in under way with
 * the old password opens no session (ASVS 6.2.3, 7.4.3).
 * Throws `wrong_password`, `reset_required`, `validation_failed` (common, unchanged), `rate_limited`, `overloaded`.
 */
export async function changePassword(
  caller: Caller,
  { current_password, new_password }: ChangePasswordInput,
): Promise<{ token: string; session: Session; sessionsEnded: number }> {
  requireUser(caller);
  const { user } = caller;
  refuseIfBlocked(user);
  refuseIfSpent("password_changes", user.id);
  await checkAll(requirePassword(caller, current_password), refuseCommonPassword("new_password", new_password, user));
  if (new_password === current_password) throw unchanged();
  return writePassword(caller, new_password);
}

/** Does what `changePassword` does, for a caller whose right to it was checked. */
export async function writePassword(
  caller: SignedIn,
  newPassword: string,
): Promise<{ token: string; session: Session; sessionsEnded: number }> {
  const { user, session } = caller;
  const passwordHash = await hashPassword(newPassword, partyOf(caller, user.id));
  spend("password_changes", user.id);
  const { token, hash } = newToken(purposeOf(session), session.id);
  const { renewed, sessionsEnded } = await commit(caller, (tx) => ({
    user: must(
      tx
        .update(users)
        .set({ passwordHash, pendingEmail: null })
        .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash))),
      wrongPassword, // another request changed it meanwhile
    ),
    renewed: must(tx.update(sessions).set({ tokenHash: hash }).where(eq(sessions.id, session.id)).returning(), "invalid_token"),
    ...endSessions(tx, user.id, session.id),
    forgotten: forgetOtherDevices(tx, caller, user.id),
    links: endLinks(tx, user.id),
    event: auditEvent(tx, caller, "password.changed", { userId: user.id, sessionId: session.id }),
    notice: notice(tx, caller, user, "password_changed"),
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
      limits: proven ? clearLimits(tries) : count(tries),
      event: !proven && auditEvent(tx, caller, "login.failed", event),
    }));
    if (!proven) throw wrongPassword();
  });
}

/** Throws `reset_required` if a link of a mail said that somebody else acts in this account, and the password wasn't reset since. */
export function refuseIfBlocked({ changesBlockedAt }: User): void {
  if (changesBlockedAt !== null) throw new AccountsError("reset_required");
}

const wrongPassword = () => new AccountsError("wrong_password", { fields: [broken("current_password", WRONG)] });
const unchanged = () => new AccountsError("validation_failed", { fields: [broken("new_password", UNCHANGED)] });
