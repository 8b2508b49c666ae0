import { type Caller, requireUser, type Session } from "#accounts/caller.ts";
import type { SetPasswordFormInput } from "#accounts/contract/schemas.ts";
import { AccountsError } from "#accounts/errors.ts";
import { refuseIfSpent } from "#accounts/limits/budgets.ts";
import { requireRecentLogin } from "#accounts/sessions/recent-login.ts";
import { refuseIfBlocked, writePassword } from "./change.ts";
import { refuseCommonPassword } from "./common-passwords.ts";
import { hasPassword } from "./passwords.ts";

/**
 * Gives a password to a user who registered with a passkey and has none, after a recent log-in. Otherwise as `changePassword`. Throws
 * `already_set_up`, `recent_login_required`, `reset_required`, `validation_failed` (common), `rate_limited`, `overloaded`.
 */
export async function setFirstPassword(
  caller: Caller,
  { new_password }: SetPasswordFormInput,
): Promise<{ token: string; session: Session; sessionsEnded: number }> {
  requireUser(caller);
  const { user } = caller;
  if (hasPassword(user)) throw new AccountsError("already_set_up", { detail: "You have a password already. To change it, enter it too." });
  refuseIfBlocked(user);
  refuseIfSpent("password_changes", user.id);
  await requireRecentLogin(caller, undefined, "set a password");
  await refuseCommonPassword("new_password", new_password, user);
  return writePassword(caller, new_password);
}
