import type { User } from "#accounts/caller.ts";
import { config } from "#accounts/config.ts";
import { AccountsError } from "#accounts/errors.ts";

/* The status of an account: where it stands, and who may move it where. Every move is decided here. */

/** The status as everybody sees it: “pending” is an active user who has to prove the email address first. */
export type Status = User["status"] | "pending";
/** Where an account can be moved to; “deleted” is the end, without a row. */
export type Target = User["status"] | "deleted";
/** Who moves it: the user, the proof of the email address, the operator, another service, or the end of a time. */
export type Mover = "user" | "proof" | "operator" | "service" | "time";
/** The status, and for an inactive user who wanted that. */
export type Standing = Exclude<Status, "inactive"> | `inactive by ${NonNullable<User["inactiveBy"]>}`;

type Moves = Partial<Record<Target, readonly Mover[]>>;

const OF_SIGNED_IN: Moves = {
  inactive: ["user", "operator"],
  suspended: ["operator", "service"],
  deleting: ["user"],
  deleted: ["user", "operator"],
};
const OF_INACTIVE: Moves = { inactive: ["operator"], suspended: ["operator", "service"], deleted: ["operator"] };

/** All moves that are allowed. SECURITY.md has the same table, and a test compares them. */
export const MOVES: Record<Standing, Moves> = {
  pending: { ...OF_SIGNED_IN, active: ["proof"] },
  active: OF_SIGNED_IN,
  "inactive by registration": { ...OF_INACTIVE, active: ["proof", "operator", "service"] },
  "inactive by user": { ...OF_INACTIVE, active: ["user", "operator"] },
  "inactive by operator": { ...OF_INACTIVE, active: ["operator", "service"] },
  suspended: {
    active: ["operator", "service", "time"],
    inactive: ["operator"],
    suspended: ["operator", "service"],
    deleted: ["operator"],
  },
  deleting: { active: ["user", "operator"], suspended: ["operator"], deleted: ["time", "operator"] },
};

/** The status of a user, for everybody. */
export function statusOf({ status, emailVerifiedAt }: User): Status {
  return status === "active" && emailVerifiedAt === null && config().requireVerifiedEmail ? "pending" : status;
}

/** Where a user stands. */
export function standingOf(user: User): Standing {
  const status = statusOf(user);
  return status === "inactive" ? `inactive by ${user.inactiveBy ?? "operator"}` : status;
}

/** Whether the table allows this move. */
export function mayMove(user: User, target: Target, by: Mover): boolean {
  return MOVES[standingOf(user)][target]?.includes(by) ?? false;
}

/** Throws `not_permitted` unless the table allows this move. */
export function requireMove(user: User, target: Target, by: Mover): void {
  if (mayMove(user, target, by)) return;
  throw new AccountsError("not_permitted", { detail: `An account that is ${standingOf(user)} can’t be made ${target} like this.` });
}

/**
 * What a move writes. A suspension covers what the user was before: when it ends by itself or by a service, an inactive user is
 * inactive again. Throws `not_permitted`.
 */
export function decideMove(user: User, target: User["status"], by: Mover): Pick<User, "status" | "inactiveBy"> {
  requireMove(user, target, by);
  const uncovers = user.status === "suspended" && target === "active" && by !== "operator" && user.inactiveBy !== null;
  if (uncovers) return { status: "inactive", inactiveBy: user.inactiveBy };
  if (target === "suspended") return { status: target, inactiveBy: user.inactiveBy };
  return { status: target, inactiveBy: target !== "inactive" ? null : by === "user" ? "user" : "operator" };
}
