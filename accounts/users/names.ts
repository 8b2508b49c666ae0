import { and, eq, gt, ne, sql } from "drizzle-orm";
import { type Caller, NOBODY, type SignedIn, type User } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { broken, type Rule } from "#accounts/contract/rules.ts";
import { AccountsError } from "#accounts/errors.ts";
import { count, stillWithin } from "#accounts/limits/counters.ts";
import { type Limit, limit } from "#accounts/limits/limits.ts";
import { networkOf } from "#accounts/limits/networks.ts";
import { uniqueViolation } from "#db/errors.ts";
import { links, users } from "#db/schema.ts";
import { mapped, statement } from "#db/statements.ts";

/* Email addresses and usernames: their canonical forms, whose they are, and the refusal when they are taken. */

export const TAKEN: Record<Field, Rule> = {
  email: { code: "taken", sentence: "There’s already an account with this email address. Use another one." },
  username: { code: "taken", sentence: "That username is taken. Try another." },
};

const FIELDS = ["email", "username"] as const;

type Field = (typeof FIELDS)[number];
type Names = Partial<Record<Field, string>>;

/** Who logs in, and under which name the limits count it: the same one for the email address and the username of a user. */
export type Login = { countedAs: string; user: User | null };

/** The user with this email address or username, in any spelling. A name with “@” is an address, because no username has one. */
export async function findLogin(name: string): Promise<Login> {
  const canonical = name.includes("@") ? canonicalEmail(name) : canonicalUsername(name);
  const user = (await (name.includes("@") ? userByEmail({ email: canonical }) : userByUsername({ username: canonical })).first()) ?? null;
  return { countedAs: user?.emailCanonical ?? canonical, user };
}

/** The user with this canonical email address, or null. */
export async function findUserByEmail(emailCanonical: string): Promise<User | null> {
  return (await userByEmail({ email: emailCanonical }).first()) ?? null;
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
export function namesTakenLimits(caller: SignedIn, names: ReturnType<typeof namesOf>): Limit[] {
  const { user } = caller;
  const fields = [
    ...(names.emailCanonical === user.emailCanonical ? [] : ["email"]),
    ...(names.usernameCanonical === user.usernameCanonical ? [] : ["username"]),
  ];
  if (fields.length === 0) return [];
  return [limit("names_taken", "user", user.id), limit("names_taken", networkOf(caller))].map((one) => ({ ...one, fields }));
}

/** Throws `user_already_exists` if one of the names belongs to a user other than `ownId`. */
export async function refuseTakenNames(caller: Caller, names: Names, namesTaken: Limit[], ownId?: number): Promise<void> {
  const taken = await takenFields(names, ownId);
  if (taken.length > 0) await refuseFields(caller, taken, namesTaken);
}

class KeptAddress extends Error {}

/**
 * The statement that rolls a commit back if another user has just changed from this address, and can still undo that. It belongs
 * in every commit that gives a user an address; `explainTakenName` explains its refusal.
 */
export function refuseKeptAddress(emailCanonical: string, ownId = NOBODY) {
  return mapped(keptForOther({ emailCanonical, ownId, now: clock.now() }), (kept) => {
    if (kept.length > 0) throw new KeptAddress();
  });
}

/**
 * Turns a violated uniqueness constraint, or an address that is kept for another user, into `user_already_exists` with every taken
 * name; throws other errors again.
 */
export async function explainTakenName(caller: Caller, error: unknown, names: Names, namesTaken: Limit[], ownId?: number): Promise<never> {
  const column = error instanceof KeptAddress ? "email_canonical" : uniqueViolation(error);
  const broken = column === "email_canonical" ? "email" : column === "username_canonical" && "username";
  if (!broken) throw error;
  const taken = await takenFields(names, ownId); // the name may be free again by now
  return refuseFields(
    caller,
    FIELDS.filter((field) => field === broken || taken.includes(field)),
    namesTaken,
  );
}

async function takenFields({ email, username }: Names, ownId = NOBODY): Promise<Field[]> {
  const owners = {
    email: email ? await ownerOfEmail(canonicalEmail(email), ownId) : undefined,
    username: username ? await userByUsername({ username: canonicalUsername(username) }).first() : undefined,
  };
  return FIELDS.filter((field) => owners[field] && owners[field].id !== ownId);
}

/** Who has this address, or has just changed from it and can still undo that. */
async function ownerOfEmail(emailCanonical: string, ownId: number): Promise<{ id: number } | undefined> {
  const owner = await findUserByEmail(emailCanonical);
  return owner ?? (await keptForOther({ emailCanonical, ownId, now: clock.now() }).first());
}

/** Throws `user_already_exists` for these names, and counts the answer, because it reveals who has an account. */
async function refuseFields(caller: Caller, fields: Field[], namesTaken: Limit[]): Promise<never> {
  await commit(caller, () => ({ within: stillWithin(namesTaken), counted: count(namesTaken) }));
  throw new AccountsError("user_already_exists", { fields: fields.map((field) => broken(field, TAKEN[field])) });
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
const keptForOther = statement((db) =>
  db
    .select({ id: links.userId })
    .from(links)
    .where(
      and(
        eq(links.emailCanonical, sql.placeholder("emailCanonical")),
        eq(links.purpose, "undo"),
        ne(links.userId, sql.placeholder("ownId")),
        gt(links.expiresAt, sql.placeholder("now")),
      ),
    ),
);
