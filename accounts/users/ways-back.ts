import type { User } from "#accounts/caller.ts";
import { instantText } from "#accounts/clock.ts";
import { AccountsError } from "#accounts/errors.ts";
import { mayMove } from "./moves.ts";

/* What somebody finds who has left, or was shut out, and gives the right password. */

/** The status of an account that its user has left and can take up again. */
export type Left = "inactive" | "deleting";
/**
 * What a log-in may do with an account that its user has left: activate it, keep it although it was to be deleted, either, or ask its user
 * first, as pages do.
 */
export type Wish = "reactivate" | "keep" | "either" | "ask";

const ALLOWS: Record<Wish, Left[]> = {
  reactivate: ["inactive"],
  keep: ["deleting"],
  either: ["inactive", "deleting"],
  ask: ["inactive", "deleting"],
};
const MORE = "Contact the people who run this site.";
const REACTIVATE = "You’ve deactivated your account. To use it again, log in and say so with “reactivate”.";
const keepIt = (until: number) => `Your account will be deleted on ${instantText(until)}. You can keep it until then.`;

/**
 * The status that a log-in makes a user leave; null for an active one. Throws `account_inactive`, `account_deleting` or
 * `account_suspended`, with the reason and the end, unless the wish allows it.
 */
export function statusToLeave(user: User, wish?: Wish): Left | null {
  if (user.status === "active") return null;
  const left = leftByUser(user);
  if (left && wish && ALLOWS[wish].includes(left)) return left;
  throw refusalFor(user);
}

/** The status of an account whose user can take it up again; null for all others. */
export function leftByUser(user: User): Left | null {
  return user.status !== "active" && user.status !== "suspended" && mayMove(user, "active", "user") ? user.status : null;
}

function refusalFor(user: User): AccountsError {
  const { status, statusReason, statusUntil } = user;
  if (status === "deleting" && statusUntil !== null)
    return new AccountsError("account_deleting", { detail: keepIt(statusUntil), members: { deletes_at: instantText(statusUntil) } });
  if (status === "inactive" && leftByUser(user))
    return new AccountsError("account_inactive", { detail: REACTIVATE, members: { reactivation: true } });
  const until = statusUntil === null ? "" : ` until ${instantText(statusUntil)}`;
  const said = statusReason || until;
  const state = status === "suspended" ? `is suspended${until}` : "isn’t active";
  const reason = statusReason ? `Reason: ${statusReason.replace(/[.\s]*$/, "")}. ` : "";
  const detail = said ? `Your account ${state}. ${reason}${MORE}` : undefined;
  return new AccountsError(status === "suspended" ? "account_suspended" : "account_inactive", { detail });
}
