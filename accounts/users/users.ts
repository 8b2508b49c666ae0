import { eq, sql } from "drizzle-orm";
import { type AuditEventType, auditEvent } from "#accounts/audit.ts";
import { type Caller, requireUser, type User, withoutSession } from "#accounts/caller.ts";
import { clock, instantText } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import type { ReplaceUserInput, UpdateUserInput } from "#accounts/contract/api-schemas.ts";
import type { NewPasskeyAnswer } from "#accounts/contract/passkey-schemas.ts";
import type { RegisterInput } from "#accounts/contract/schemas.ts";
import type { UserView } from "#accounts/contract/views.ts";
import { checkAll } from "#accounts/contract/wrong-fields.ts";
import { notice } from "#accounts/emails/notices.ts";
import { isMailOn } from "#accounts/emails/outbox.ts";
import { AccountsError } from "#accounts/errors.ts";
import { publicFactors } from "#accounts/factors/factors.ts";
import { checkNewPasskey, insertPasskey, refusalOfPasskey } from "#accounts/factors/passkey-answers.ts";
import { withinLimits } from "#accounts/limits/admission.ts";
import { refuseIfSpent, spend } from "#accounts/limits/budgets.ts";
import { count, stillWithin } from "#accounts/limits/counters.ts";
import { rememberDevice } from "#accounts/limits/known-devices.ts";
import { type Limit, limit } from "#accounts/limits/limits.ts";
import { networkOf, partyOf } from "#accounts/limits/networks.ts";
import { refuseIfBlocked } from "#accounts/passwords/change.ts";
import { refuseCommonPassword } from "#accounts/passwords/common-passwords.ts";
import { hashPassword, NO_PASSWORD } from "#accounts/passwords/passwords.ts";
import { requireRecentLogin } from "#accounts/sessions/recent-login.ts";
import type { Db } from "#db/engine.ts";
import { users } from "#db/schema.ts";
import { statement } from "#db/statements.ts";
import { type Avatar, deleteAvatarOf, insertAvatar, makeAvatar } from "./avatars.ts";
import { emailWish } from "./email-change.ts";
import { mailProofLink } from "./email-proof.ts";
import { statusOf } from "./moves.ts";
import { explainTakenName, namesOf, namesTakenLimits, refuseKeptAddress, refuseTakenNames } from "./names.ts";

/** What registers a user: by the API with a password, on the page also with a passkey in place of it. */
type NewUser = Omit<RegisterInput, "password"> &
  ({ password: string; passkey?: undefined } | { passkey: NewPasskeyAnswer; password?: undefined });

/**
 * Creates a user, who has a password or else a passkey. Throws `user_already_exists` (naming the email address, the username or both), `validation_failed` (picture,
 * common password, and taken names beside these), `rate_limited` and `overloaded`; then nothing is stored.
 */
export async function registerUser(caller: Caller, input: NewUser): Promise<{ user: User }> {
  const visitor = withoutSession(caller);
  const byOperator = caller.kind === "operator";
  const registrationLimits = byOperator ? [] : [limit("registration", networkOf(caller))];
  const nameLimits = byOperator ? [] : [limit("names_taken", networkOf(caller))];
  const pictureLimits = !byOperator && input.image ? [pictureLimit(networkOf(caller))] : [];
  return withinLimits([...registrationLimits, ...nameLimits, ...pictureLimits], async () => {
    const avatar = await checkNewUser(visitor, input, nameLimits); // an early check, to save the hash; the database decides races
    const passkey = input.passkey && (await checkNewPasskey(input.passkey, "register", () => true));
    const passwordHash = passkey ? NO_PASSWORD : await hashPassword(input.password ?? "", partyOf(caller, input.email));
    const row = newRow(input, avatar, passwordHash, byOperator ? "operator" : "registration");
    const userId = sql`(select id from users where email_canonical = ${row.emailCanonical})`;
    const { user } = await commit(visitor, (tx) => ({
      within: stillWithin([...registrationLimits, ...pictureLimits]),
      free: refuseKeptAddress(row.emailCanonical),
      user: must(tx.insert(users).values(row).returning()),
      passkey: passkey && Object.values(insertPasskey(tx, passkey, userId)),
      event: auditEvent(tx, caller, "user.registered", { userId }),
      avatar: avatar && insertAvatar(tx, avatar),
      device: !byOperator && rememberDevice(tx, caller, userId),
      limits: [count(registrationLimits), count(pictureLimits, avatar?.bytes.length ?? 0)],
      proof: isMailOn() && mailProofLink(tx, userId, input.email),
    })).catch((error) => explainTakenName(visitor, refusalOfPasskey(error), input, nameLimits));
    return { user };
  });
}

/** Throws what `registerUser` would refuse about these fields, for input whose other fields are already wrong. */
export async function inspectRegistration(caller: Caller, fields: Partial<RegisterInput>): Promise<void> {
  const namesTaken = caller.kind === "operator" ? [] : [limit("names_taken", networkOf(caller))];
  await withinLimits(namesTaken, () => checkNewUser(withoutSession(caller), fields, namesTaken));
}

async function checkNewUser(visitor: Caller, { email = "", username = "", password, image }: Partial<RegisterInput>, namesTaken: Limit[]) {
  const [, , avatar] = await checkAll(
    refuseTakenNames(visitor, { email, username }, namesTaken),
    password !== undefined && refuseCommonPassword("password", password, { email, username }),
    makeAvatar(image ?? null, partyOf(visitor, email)),
  );
  return avatar;
}

/**
 * Changes the given fields of the caller's own account; `image: null` removes the picture. A new email address needs a log-in
 * within RECENT_LOGIN_MS, or the current password (ASVS 7.5.1), and waits to be confirmed from its mailbox.
 * Throws `not_your_account`, `recent_login_required`, `wrong_password`, `reset_required`, `user_already_exists`,
 * `validation_failed`, `rate_limited`.
 */
export async function updateUser(caller: Caller, id: number, input: UpdateUserInput | ReplaceUserInput): Promise<{ user: User }> {
  requireUser(caller);
  const { user } = caller;
  if (user.id !== id) throw new AccountsError("not_your_account");
  const names = namesOf({ email: input.email ?? user.email, username: input.username ?? user.username });
  const wish = input.email === undefined ? null : emailWish(caller, input.email);
  refuseIfSpent("changes", id);
  const namesTaken = namesTakenLimits(caller, names);
  const pictures = input.image ? [pictureLimit("user", id), pictureLimit(networkOf(caller))] : [];
  if (wish?.isNew) refuseIfBlocked(user);
  return withinLimits([...namesTaken, ...pictures, ...(wish?.mails ?? [])], async () => {
    const [, , avatar] = await checkAll(
      refuseTakenNames(caller, names, namesTaken, id),
      wish?.isNew && requireRecentLogin(caller, input.current_password, "change your email address"),
      input.image === undefined ? undefined : makeAvatar(input.image, partyOf(caller, id), user.avatarHash),
    );
    const changes = changedColumns(user, {
      ...wish?.columns,
      username: names.username,
      usernameCanonical: names.usernameCanonical,
      bio: input.bio ?? user.bio,
      contactInformation: input.contact_information ?? user.contactInformation,
      avatarHash: avatar === undefined ? user.avatarHash : (avatar?.hash ?? null),
    });
    const events = [...(wish?.events ?? []), ...changeEvents(user, changes)];
    spend("changes", id, events.length);
    return commit(caller, (tx) => ({
      within: stillWithin([...pictures, ...(wish?.mails ?? [])]),
      email: wish?.write(tx),
      avatar: changes.avatarHash !== undefined && replaceAvatar(tx, id, avatar),
      events: events.map(({ type, detail }) => auditEvent(tx, caller, type, { userId: id, sessionId: caller.session.id, detail })),
      pictures: count(pictures, changes.avatarHash && avatar ? avatar.bytes.length : 0),
      user: must(writeUser(tx, id, changes), "invalid_token"), // deleted meanwhile
      notice: changes.username !== undefined && notice(tx, caller, user, "username_changed"),
    })).catch((error) => explainTakenName(caller, error, names, namesTaken, id));
  });
}

/** Throws what `updateUser` would refuse about names and picture, for input whose other fields are already wrong. */
export async function inspectChanges(caller: Caller, { email, username, image = null }: UpdateUserInput): Promise<void> {
  requireUser(caller);
  const { user } = caller;
  const namesTaken = namesTakenLimits(caller, namesOf({ email: email ?? user.email, username: username ?? user.username }));
  await withinLimits(namesTaken, () =>
    checkAll(refuseTakenNames(caller, { email, username }, namesTaken, user.id), makeAvatar(image, partyOf(caller, user.id))),
  );
}

/** The user with this id, or null. */
export async function findUserById(id: number): Promise<User | null> {
  return (await userById({ id }).first()) ?? null;
}

/** The public view of a user, for the user and the operator. */
export function publicUser(user: User): UserView {
  return {
    id: user.id,
    email: user.email,
    email_verified: user.emailVerifiedAt !== null,
    pending_email: user.pendingEmail,
    username: user.username,
    bio: user.bio,
    contact_information: user.contactInformation,
    image: user.avatarHash && `${config().publicUrl}/avatars/${user.avatarHash}.webp`,
    account_status: statusOf(user),
    status_reason: user.statusReason,
    status_until: user.statusUntil === null ? null : instantText(user.statusUntil),
    factors: publicFactors(user),
    created_at: instantText(user.createdAt),
    updated_at: instantText(user.updatedAt),
  };
}

function newRow(input: NewUser, avatar: Avatar | null, passwordHash: string, by: "operator" | "registration") {
  const now = clock.now();
  return {
    ...namesOf(input),
    passwordHash,
    passkeys: input.passkey ? 1 : 0,
    bio: input.bio,
    contactInformation: input.contact_information,
    avatarHash: avatar?.hash ?? null,
    status: input.account_status,
    inactiveBy: input.account_status === "inactive" ? by : null,
    createdAt: now,
    updatedAt: now,
  };
}

const pictureLimit = (...who: (string | number)[]): Limit => ({ ...limit("picture_bytes", ...who), fields: ["image"] });

/** Only the columns that differ, so that simultaneous changes of different fields don't undo each other. */
export function changedColumns(user: User, values: Partial<User>): Partial<User> {
  return Object.fromEntries(Object.entries(values).filter(([column, value]) => user[column as keyof User] !== value));
}

/** The statement that returns the row after the changes. Without changes it only reads, in a commit that still checks the session. */
export function writeUser(tx: Db, id: number, changes: Partial<User>) {
  if (Object.keys(changes).length === 0) return userById({ id });
  return tx
    .update(users)
    .set({ ...changes, updatedAt: clock.now() })
    .where(eq(users.id, id))
    .returning();
}

/** What changes of a profile are on record as. */
export function changeEvents(user: User, changes: Partial<User>): { type: AuditEventType; detail?: string }[] {
  const { username, bio, contactInformation, avatarHash } = changes;
  return [
    ...(username ? [{ type: "username.changed" as const, detail: `${user.username} → ${username}` }] : []),
    ...(bio !== undefined || contactInformation !== undefined ? [{ type: "profile.changed" as const }] : []),
    ...(avatarHash !== undefined ? [{ type: "avatar.changed" as const, detail: avatarHash ? undefined : "removed" }] : []),
  ];
}

/** Deletes the picture that the row has now, not the one it had when it was read, so that simultaneous uploads leave none behind. */
function replaceAvatar(tx: Db, userId: number, avatar: Avatar | null | undefined) {
  return [deleteAvatarOf(tx, userId), ...(avatar ? [insertAvatar(tx, avatar)] : [])];
}

const userById = statement((db) =>
  db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder("id"))),
);
