import type { Session, SignedIn } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { broken } from "#accounts/contract/rules.ts";
import { AccountsError, RECENT_LOGIN_MINUTES, RECENT_LOGIN_MS } from "#accounts/errors.ts";
import { requirePassword } from "#accounts/passwords/change.ts";
import { hasPassword } from "#accounts/passwords/passwords.ts";

const SIGN_IN_AGAIN = `For this you must have signed in within the last ${RECENT_LOGIN_MINUTES} minutes. Sign out, sign in again and try once more.`;

/**
 * Throws `recent_login_required` unless the caller has logged in within RECENT_LOGIN_MS, by any factor, or gives the current
 * password (ASVS 7.5.1). `purpose` completes “Enter your current password to …”. Throws `wrong_password`, `rate_limited`.
 */
export async function requireRecentLogin(caller: SignedIn, currentPassword: string | undefined, purpose: string): Promise<void> {
  if (currentPassword !== undefined) return requirePassword(caller, currentPassword);
  if (isRecent(caller.session)) return;
  if (!hasPassword(caller.user)) throw new AccountsError("recent_login_required", { detail: SIGN_IN_AGAIN });
  const rule = { code: "required", sentence: `Enter your current password to ${purpose}.` } as const;
  throw new AccountsError("recent_login_required", { fields: [broken("current_password", rule)] });
}

/** The last use is a lower bound for the session's age, in case the clock was set back. */
function isRecent({ authenticatedAt, lastUsedAt }: Session): boolean {
  return Math.abs(clock.now() - authenticatedAt) < RECENT_LOGIN_MS && lastUsedAt - authenticatedAt < RECENT_LOGIN_MS;
}
