import { and, eq, ne, sql } from "drizzle-orm";
import { type Caller, requireUser, type SignedIn } from "#accounts/caller.ts";
import { instantText } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import type { AddPasskeyInput, RemovePasskeyInput, RenamePasskeyInput } from "#accounts/contract/passkey-schemas.ts";
import type { PasskeyView } from "#accounts/contract/views.ts";
import { AccountsError } from "#accounts/errors.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { partyOf } from "#accounts/limits/networks.ts";
import { refuseIfBlocked, requirePassword } from "#accounts/passwords/change.ts";
import { requireRecentLogin } from "#accounts/sessions/recent-login.ts";
import { type Db, db } from "#db/engine.ts";
import { passkeys } from "#db/factors-schema.ts";
import { users } from "#db/schema.ts";
import { factorsChanged } from "./factors.ts";
import { checkNewPasskey, insertPasskey, type Passkey, refusalOfPasskey } from "./passkey-answers.ts";
import { newRecoveryCodes, storeRecoveryCodes } from "./recovery-codes.ts";
import { countPasskeys, dropLoneCodes } from "./removal.ts";

/* A user's passkeys: WebAuthn credentials, each of which signs in alone or after the password. */

export const MAX_PASSKEYS = 50; // of one user

/** The passkeys of a user, the oldest first. For callers who have checked who may see them. */
export function passkeysOf(userId: number): Promise<Passkey[]> {
  return db().select().from(passkeys).where(eq(passkeys.userId, userId)).orderBy(passkeys.id);
}

/** The caller's passkeys. Throws `authentication_required`. */
export async function listPasskeys(caller: Caller): Promise<Passkey[]> {
  requireUser(caller);
  return passkeysOf(caller.user.id);
}

/** The public view of a passkey. */
export function publicPasskey({ id, name, createdAt, lastUsedAt, backedUp }: Passkey): PasskeyView {
  return {
    id,
    name,
    created_at: instantText(createdAt),
    last_used_at: lastUsedAt === null ? null : instantText(lastUsedAt),
    synced: backedUp === 1,
  };
}

/**
 * Adds a passkey, by the answer to a challenge that this session asked for; that needed a recent log-in. Returns ten recovery
 * codes, unless the user has some: a log-in with the password needs the passkey from now on. The same commit ends all other
 * sessions (ASVS 7.4.3) and tells the user by mail. Throws `validation_failed`, `wrong_password`, `reset_required`, `already_set_up`,
 * `too_many_passkeys`, `rate_limited`.
 */
export async function addPasskey(
  caller: Caller,
  { passkey: answer, name, current_password }: AddPasskeyInput,
): Promise<{ passkey: Passkey; sessionsEnded: number; codes: string[] | null }> {
  requireUser(caller);
  const { user, session } = caller;
  refuseIfBlocked(user);
  if (current_password !== undefined) await requirePassword(caller, current_password);
  const checked = await checkNewPasskey(answer, "add", ({ userId, sessionId }) => userId === user.id && sessionId === session.id);
  const added = { ...checked, row: { ...checked.row, name: name ?? checked.row.name } };
  const made = user.recoveryCodesLeft > 0 ? null : await newRecoveryCodes(partyOf(caller, user.id));
  const { passkey, sessionsEnded } = await commit(caller, (tx) => ({
    room: must(roomForPasskey(tx, user.id), "too_many_passkeys"),
    ...insertPasskey(tx, added, user.id),
    counted: countPasskeys(tx, user.id),
    codes: made && storeRecoveryCodes(tx, user.id, made),
    ...factorsChanged(tx, caller, user, { keptId: session.id, type: "passkey.added", detail: added.row.name, told: "passkey_added" }),
  })).catch((error) => {
    throw refusalOfPasskey(error);
  });
  return { passkey, sessionsEnded, codes: made?.codes ?? null };
}

/** Renames one of the caller's passkeys. Throws `not_found`, `recent_login_required`, `wrong_password`, `rate_limited`. */
export async function renamePasskey(
  caller: Caller,
  id: number,
  { name, current_password }: RenamePasskeyInput,
): Promise<{ passkey: Passkey }> {
  requireUser(caller);
  await requireRecentLogin(caller, current_password, "rename a passkey");
  spend("changes", caller.user.id);
  return commit(caller, (tx) => ({
    passkey: must(tx.update(passkeys).set({ name }).where(ownPasskey(caller, id)).returning(), noSuchPasskey),
  }));
}

/**
 * Removes one of the caller's passkeys, but not the last way to sign in: of a user without a password one stays. The same commit ends
 * all other sessions and tells the user by mail. Throws `not_found`, `last_way_in`, `recent_login_required`, `wrong_password`,
 * `reset_required`, `rate_limited`.
 */
export async function removePasskey(caller: Caller, id: number, { current_password }: RemovePasskeyInput): Promise<{ passkey: Passkey }> {
  requireUser(caller);
  const { user, session } = caller;
  refuseIfBlocked(user);
  await requireRecentLogin(caller, current_password, "remove a passkey");
  const found = (await passkeysOf(user.id)).find((one) => one.id === id);
  return commit(caller, (tx) => ({
    passkey: must(tx.select().from(passkeys).where(ownPasskey(caller, id)), noSuchPasskey),
    otherWay: must(
      tx
        .select({ id: users.id })
        .from(users)
        .where(and(eq(users.id, user.id), hasOtherWay(user.id, id))),
      "last_way_in",
    ),
    removed: tx.delete(passkeys).where(ownPasskey(caller, id)),
    counted: [countPasskeys(tx, user.id), ...dropLoneCodes(tx, user.id)],
    ...factorsChanged(tx, caller, user, { keptId: session.id, type: "passkey.removed", detail: found?.name, told: "passkey_removed" }),
  }));
}

const noSuchPasskey = () => new AccountsError("not_found", { detail: "You have no passkey with this id. See the list of your passkeys." });

const ownPasskey = ({ user }: SignedIn, id: number) => and(eq(passkeys.id, id), eq(passkeys.userId, user.id));

/** The condition that a user can sign in without this passkey. */
const hasOtherWay = (userId: number, id: number) =>
  sql`(${users.passwordHash} <> '' or exists (select 1 from ${passkeys} where ${and(eq(passkeys.userId, userId), ne(passkeys.id, id))}))`;

const roomForPasskey = (tx: Db, userId: number) =>
  tx
    .select({ id: users.id })
    .from(users)
    .where(sql`${users.id} = ${userId} and (select count(*) from ${passkeys} where ${passkeys.userId} = ${userId}) < ${MAX_PASSKEYS}`);
