import { type Caller, housekeeping, requireUser, type SignedIn } from "#accounts/caller.ts";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import type { DeactivateInput, DeleteAccountInput } from "#accounts/contract/leaving-schemas.ts";
import { broken, type Rule } from "#accounts/contract/rules.ts";
import { notice } from "#accounts/emails/notices.ts";
import { AccountsError } from "#accounts/errors.ts";
import { needsSecondFactor } from "#accounts/factors/factors.ts";
import { proveAgain } from "#accounts/factors/second-factor.ts";
import { refuseIfBlocked, requirePassword } from "#accounts/passwords/change.ts";
import { hasPassword } from "#accounts/passwords/passwords.ts";
import { erase, eraseRecords } from "#accounts/retention/erasure.ts";
import { requireRecentLogin } from "#accounts/sessions/recent-login.ts";
import { requireMove } from "./moves.ts";
import { canonicalUsername } from "./names.ts";
import { changeStatus } from "./status.ts";

/* How users leave: for a while, or for good. How they come back is in sessions/log-in.ts. */

const NOT_YOURS: Rule = { code: "wrong", sentence: "That’s not your username. Type it as it’s shown." };
const ENTER_PASSWORD: Rule = { code: "required", sentence: "Enter your current password to delete your account now." };

/**
 * Deactivates the caller's own account: all sessions end, and it is gone for services, until the user logs in and says so. Needs a recent
 * log-in or the current password. Throws `recent_login_required`, `wrong_password`, `reset_required`, `not_permitted`, `rate_limited`.
 */
export async function deactivateAccount(caller: Caller, { current_password }: DeactivateInput): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  refuseIfBlocked(caller.user);
  await requireRecentLogin(caller, current_password, "deactivate your account");
  const told = (...[tx, user]: Parameters<NonNullable<Parameters<typeof changeStatus>[5]>>) => ({
    notice: notice(tx, caller, user, "deactivated_by_user"),
  });
  return changeStatus(caller, caller.user, "inactive", "user", {}, told);
}

/**
 * Deletes the caller's own account: after DELETION_GRACE_DAYS, in which a log-in can keep it, or now. All sessions end, and it is gone for
 * services, at once. Needs the username, and a recent log-in or the current password; for `now` the password in any case, and a second
 * factor if there is one. Returns when it is deleted. Throws `validation_failed`, `recent_login_required`, `wrong_password`,
 * `reset_required`, `not_permitted`, `rate_limited`.
 */
export async function deleteAccount(caller: Caller, input: DeleteAccountInput): Promise<{ deletesAt: number }> {
  requireUser(caller);
  const { user } = caller;
  refuseIfBlocked(user);
  if (canonicalUsername(input.username.trim()) !== user.usernameCanonical)
    throw new AccountsError("validation_failed", { fields: [broken("username", NOT_YOURS)] });
  if (input.when === "now") return deleteNow(caller, input);
  await requireRecentLogin(caller, input.current_password, "delete your account");
  const until = clock.now() + config().deletionGraceDays * DAY_MS;
  await changeStatus(caller, user, "deleting", "user", { until }, (tx, from) => ({
    notice: notice(tx, caller, from, "deletion_started", until),
  }));
  return { deletesAt: until };
}

async function deleteNow(caller: SignedIn, input: DeleteAccountInput): Promise<{ deletesAt: number }> {
  const { user } = caller;
  requireMove(user, "deleted", "user");
  if (!hasPassword(user)) await requireRecentLogin(caller, undefined, "delete your account now");
  else if (input.current_password === undefined)
    throw new AccountsError("recent_login_required", { fields: [broken("current_password", ENTER_PASSWORD)] });
  else await requirePassword(caller, input.current_password);
  const proof = needsSecondFactor(user) ? await proveAgain(caller, input) : null;
  await commit(caller, (tx) => ({ proof: proof && Object.values(proof.statements(tx)), ...erase(tx, housekeeping, user) }));
  await eraseRecords();
  return { deletesAt: clock.now() };
}
