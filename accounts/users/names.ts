import { eq, sql } from "drizzle-orm";
import type { Caller, SignedIn, User } from "#accounts/caller.ts";
import { commit } from "#accounts/commit.ts";
import { AccountsError, type FieldError } from "#accounts/errors.ts";
import { countFailure, stillWithin } from "#accounts/limits/counters.ts";
import { networkOf } from "#accounts/limits/known-devices.ts";
import { type Limit, limit } from "#accounts/limits/limits.ts";
import { uniqueViolation } from "#db/errors.ts";
import { users } from "#db/schema.ts";
import { statement } from "#db/statements.ts";

/* Email addresses and usernames: their canonical forms, whose they are, and the refusal when they are taken. */

export const TAKEN = {
  email: "There’s already an account with this email address. Use another one.",
  username: "That username is taken. Try another.",
};

/** The user who logs in with this canonical email address, or null. */
export function findUserByEmail(emailCanonical: string): User | null {
  return userByEmail({ email: emailCanonical }).first() ?? null;
}

/** The canonical form: lower case, with international domains in ASCII (UTS 46). Equal addresses have equal canonical forms. */
export function canonicalEmail(email: string): string {
  const at = email.lastIndexOf("@");
  const given = email.slice(at + 1);
  const domain = /[^\p{L}\p{M}\p{N}.-]/u.test(given) ? given : (URL.parse(`http://${given}`)?.hostname ?? given);
  return `${email.slice(0, at)}@${domain}`.toLowerCase();
}

export const canonicalUsername = (username: string) => username.toLowerCase();

export function namesOf({ email, username }: { email: string; username: string }) {
  return { email, emailCanonical: canonicalEmail(email), username, usernameCanonical: canonicalUsername(username) };
}

/** The limits on revealing that a name is taken; none if neither name changes. */
export function toldLimits(caller: SignedIn, names: ReturnType<typeof namesOf>): Limit[] {
  const { user } = caller;
  const fields = [
    ...(names.emailCanonical === user.emailCanonical ? [] : ["email"]),
    ...(names.usernameCanonical === user.usernameCanonical ? [] : ["username"]),
  ];
  if (fields.length === 0) return [];
  return [limit("names_taken", "user", user.id), limit("names_taken", networkOf(caller))].map((one) => ({ ...one, fields }));
}

/** The names that belong to a user other than `ownId`. */
export function takenFields(names: { email?: string; username?: string }, ownId?: number): (keyof typeof TAKEN)[] {
  const other = (user: User | undefined | null) => user && user.id !== ownId;
  return [
    ...(names.email && other(findUserByEmail(canonicalEmail(names.email))) ? ["email" as const] : []),
    ...(names.username && other(userByUsername({ username: canonicalUsername(names.username) }).first()) ? ["username" as const] : []),
  ];
}

/** Throws `user_already_exists` for taken names, and counts the answer, because it reveals who has an account. */
export async function refuseIfTaken(caller: Caller, fields: (keyof typeof TAKEN)[], told: Limit[]): Promise<void> {
  if (fields.length === 0) return;
  await commit(caller, () => ({ within: stillWithin(told), counted: told.map(countFailure) }));
  const errors: FieldError[] = fields.map((field) => ({ field, code: "taken", detail: TAKEN[field] }));
  throw new AccountsError("user_already_exists", { fields: errors });
}

/** Turns a violated uniqueness constraint into `user_already_exists` with every taken name; throws other errors again. */
export async function refuseTaken(
  caller: Caller,
  error: unknown,
  names: { email?: string; username?: string },
  told: Limit[],
  ownId?: number,
): Promise<never> {
  const column = uniqueViolation(error);
  if (column === "email_canonical" || column === "username_canonical") await refuseIfTaken(caller, takenFields(names, ownId), told);
  throw error;
}

const userByEmail = statement((db) =>
  db
    .select()
    .from(users)
    .where(eq(users.emailCanonical, sql.placeholder("email"))),
);
const userByUsername = statement((db) =>
  db
    .select()
    .from(users)
    .where(eq(users.usernameCanonical, sql.placeholder("username"))),
);
