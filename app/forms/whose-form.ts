import type { Caller } from "#accounts/caller.ts";

/**
 * Whether a form that names this account was made for the user who sends it. A page may be open for hours while somebody
 * else signs in in the same browser: its form must neither change that user's account nor end their sessions.
 */
export function isFormOf({ user }: Caller, account: unknown): boolean {
  return user !== null && account === String(user.id);
}
