import type { Actor, Caller, User } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { unlessRefused } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { count, stillWithin } from "#accounts/limits/counters.ts";
import { limit } from "#accounts/limits/limits.ts";
import { canonicalEmail } from "#accounts/users/names.ts";
import type { Db } from "#db/engine.ts";
import type { Happened, Why } from "./email-data.ts";
import { newLink } from "./links.ts";
import { type Email, isMailOn, email as mail } from "./outbox.ts";

/** The notices with a link that says “That wasn’t me”. */
type Notice =
  | "deactivated_by_user"
  | "reactivated"
  | "deletion_started"
  | "deletion_cancelled"
  | "password_changed"
  | "password_reset"
  | "username_changed"
  | "new_device"
  | "token_made"
  | "account_secured"
  | FactorNotice;
/** Those about second factors. */
export type FactorNotice =
  | "passkey_added"
  | "passkey_removed"
  | "totp_added"
  | "totp_removed"
  | "recovery_codes_replaced"
  | "second_factor_guessed";

const NOT_ESSENTIAL: Notice[] = ["username_changed", "new_device"];

/**
 * The statements that tell a user by mail what has happened in the account, with a link that says “That wasn’t me”. They belong
 * in the commit of what happened. Beyond a number of notices of this kind to this address nothing is mailed, nor if the operator
 * wants only those about email address, password and factors. `until` is when something happens by itself.
 */
export function notice(tx: Db, caller: Caller, user: User, kind: Notice, until?: number) {
  if (NOT_ESSENTIAL.includes(kind) && config().notices === "essential") return null;
  return limited(tx, caller, user, kind, (data) => ({ kind, to: user.email, userId: user.id, data: { ...data, until } }));
}

/** Like `notice`, for a recovery code that was used; `left` is how many there still are. */
export function recoveryCodeNotice(tx: Db, caller: Caller, user: User, left: number) {
  const kind = "recovery_code_used";
  return limited(tx, caller, user, kind, (data) => ({ kind, to: user.email, userId: user.id, data: { ...data, left } }));
}

function limited(tx: Db, caller: Caller, user: User, kind: string, write: (data: Happened) => Email) {
  if (!isMailOn()) return null;
  const limits = [limit("notices", kind, canonicalEmail(user.email))];
  const { link, stored } = newLink(tx, "not_me", { userId: user.id, email: user.email });
  const letter = write({ ...happened(caller, user), notMe: link });
  return unlessRefused(stillWithin(limits), [count(limits), stored, mail(tx, letter)]);
}

/** The statement that tells a user by mail what the operator, or another service, has decided about the account. */
export function decision(tx: Db, caller: Caller, user: User, kind: "suspended" | "deactivated" | "factors_reset", why: Why = {}) {
  return config().notices === "all" && mail(tx, { kind, to: user.email, userId: user.id, data: { ...happened(caller, user), ...why } });
}

/** The statement of the last mail to a user, who was deleted: by own wish it is sent in any case. */
export function tellDeleted(tx: Db, actor: Actor, user: User) {
  const byOperator = actor.kind === "operator";
  if (byOperator && config().notices !== "all") return null;
  const data = { ...happened(actor, user), byUser: !byOperator };
  return mail(tx, { kind: "deleted", to: user.email, userId: user.id, data });
}

/** Who did something, when, and from where, for a mail that tells it. */
export function happened(caller: Actor, { username }: Pick<User, "username">): Happened {
  return { username, at: clock.now(), device: caller.device(), ip: caller.ip };
}
