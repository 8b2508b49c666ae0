import { inArray } from "drizzle-orm";
import { type Caller, hasRight, requireService, type Service, type User } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import { broken, type Rule } from "#accounts/contract/rules.ts";
import type { StatusInput, UsersInput } from "#accounts/contract/service-schemas.ts";
import type { PublicUserView } from "#accounts/contract/service-views.ts";
import { AccountsError } from "#accounts/errors.ts";
import { endSessionsOnRecord } from "#accounts/sessions/ending.ts";
import { decideStatus } from "#accounts/users/status.ts";
import { findUserById, publicUser } from "#accounts/users/users.ts";
import { db } from "#db/engine.ts";
import { users } from "#db/schema.ts";

const PAST: Rule = { code: "out_of_range", sentence: "Choose a time in the future." };
const ONLY_SUSPENDED: Rule = { code: "invalid", sentence: "Only a suspension can have an end." };

/** A user. Whoever isn't active, or will be deleted, is gone for services. Needs the right `read_users`. Throws `not_found`. */
export async function readUser(caller: Caller, id: number): Promise<User> {
  requireService(caller, "read_users");
  const user = await existing(id);
  return isSeen(user) ? user : Promise.reject(noSuchUser());
}

/** Several users, in the order of their ids; those that don't exist or are gone are left out. Needs the right `read_users`. */
export async function readUsers(caller: Caller, { ids }: UsersInput): Promise<User[]> {
  requireService(caller, "read_users");
  return (await db().select().from(users).where(inArray(users.id, ids)).orderBy(users.id)).filter(isSeen);
}

/** What a service sees of a user: the public profile, and the email address if the key has the right `read_emails`. */
export function profileFor(caller: Service, user: User): PublicUserView {
  const { id, username, bio, contact_information, image, account_status, email } = publicUser(user);
  return { id, username, bio, contact_information, image, account_status, ...(hasRight(caller, "read_emails") && { email }) };
}

/**
 * Suspends a user, until an instant or until further notice, or activates one. A suspension ends all sessions. Needs the right
 * `manage_users`. Throws `not_found`, `not_permitted` for a user whose own wish stands against it, and `validation_failed` for an end that is past or not of a suspension.
 */
export async function setStatus(caller: Caller, id: number, { account_status, reason, until: end }: StatusInput) {
  requireService(caller, "manage_users");
  const until = end ?? null;
  const user = await existing(id);
  if (until !== null && account_status !== "suspended") throw wrongEnd(ONLY_SUSPENDED);
  if (until !== null && until <= clock.now()) throw wrongEnd(PAST);
  return decideStatus(caller, user, account_status, "service", { reason: reason || null, until });
}

/** Ends every session of a user, personal access tokens too; a log-in under way opens none. Needs the right `manage_users`. Throws `not_found`. */
export async function endSessionsOf(caller: Caller, id: number): Promise<{ sessionsEnded: number }> {
  requireService(caller, "manage_users");
  return commit(caller, (tx) => ({
    user: must(
      tx
        .select({ id: users.id })
        .from(users)
        .where(inArray(users.id, [id])),
      noSuchUser,
    ),
    ...endSessionsOnRecord(tx, caller, id),
  }));
}

/** A user who isn't being deleted: for services, that one is gone already. */
async function existing(id: number): Promise<User> {
  const user = await findUserById(id);
  return user && user.status !== "deleting" ? user : Promise.reject(noSuchUser());
}

const isSeen = ({ status }: User) => status !== "inactive" && status !== "deleting";

const noSuchUser = () => new AccountsError("not_found", { detail: "There is no user with this id." });
const wrongEnd = (rule: Rule) => new AccountsError("validation_failed", { fields: [broken("until", rule)] });
