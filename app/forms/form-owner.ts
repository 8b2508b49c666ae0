import type { Caller } from "#accounts/caller.ts";

/**
 * Whether a form that names this account was rendered for the user who sends it. Somebody else may have signed in in the same
 * browser since: the old page must not change their account or end their sessions.
 */
export function isFormOf({ user }: Caller, account: unknown): boolean {
  return user !== null && account === String(user.id);
}
