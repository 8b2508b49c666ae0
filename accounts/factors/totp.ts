import { and, eq, isNull, sql } from "drizzle-orm";
import { renderSVG } from "uqr";
import { type Caller, requireUser, type User } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import type { ConfirmTotpInput, RemoveTotpInput, StartTotpInput } from "#accounts/contract/factor-schemas.ts";
import { broken, type Rule } from "#accounts/contract/rules.ts";
import { AccountsError } from "#accounts/errors.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { partyOf } from "#accounts/limits/networks.ts";
import { refuseIfBlocked } from "#accounts/passwords/change.ts";
import type { OpenedSession } from "#accounts/sessions/opening.ts";
import { requireRecentLogin } from "#accounts/sessions/recent-login.ts";
import { totpSecrets } from "#db/factors-schema.ts";
import { users } from "#db/schema.ts";
import { factorsChanged } from "./factors.ts";
import { newRecoveryCodes, storeRecoveryCodes } from "./recovery-codes.ts";
import { dropLoneCodes } from "./removal.ts";
import { encryptionKey, stillEncrypts } from "./secret-keys.ts";
import { putInForce, stillSettingUp, whoSetsUp } from "./setting-up.ts";
import { forApps, newTotpSecret, stepOfCode } from "./totp-codes.ts";
import { findTotpSecret, keepStep, sealed } from "./totp-secrets.ts";

/* The authenticator app of a user: setting it up and removing it. totp-secrets.ts proves log-ins with it. */

const PURPOSE = "set up an authenticator app";
const WRONG: Rule = {
  code: "wrong",
  sentence: "That’s not the code your app shows now. Wait for the next one, and check that your phone’s clock is right.",
};
const NOT_STARTED: Rule = { code: "invalid", sentence: "This set-up isn’t open any more. Start it again." };
const NO_APP = "You have no authenticator app set up.";

/** What an app needs: the secret to be typed, and as a link and its QR code, in SVG. */
export type TotpSetup = { secret: string; uri: string; qr: string };

/**
 * Starts the set-up of an authenticator app, with a new secret in place of one that was never confirmed. Log-ins need no code before
 * `confirmTotp`. Throws what `whoSetsUp` does, and `already_set_up`.
 */
export async function startTotp(caller: Caller, input: StartTotpInput): Promise<TotpSetup> {
  const by = await whoSetsUp(caller, input, PURPOSE);
  const { user } = by;
  spend("changes", user.id);
  const secret = newTotpSecret();
  const key = await encryptionKey();
  const row = { ...sealed(key, user.id, secret), createdAt: clock.now(), lastStep: 0 };
  await commit(by.caller, (tx) => ({
    still: stillSettingUp(tx, by),
    key: stillEncrypts(tx, key),
    off: must(tx.select({ id: users.id }).from(users).where(isOff(user)), "already_set_up"),
    pending: tx
      .insert(totpSecrets)
      .values({ userId: user.id, ...row })
      .onConflictDoUpdate({ target: totpSecrets.userId, set: row }),
  }));
  const app = forApps(secret, { issuer: config().siteName, label: user.email });
  return { ...app, qr: renderSVG(app.uri) };
}

/**
 * Turns the authenticator app on with its first right code; from now on a log-in with a password needs a code too. Returns ten recovery
 * codes, unless the user has some. The same commit ends all other sessions and tells the user by mail; with a challenge it opens the
 * session that had to wait. Throws what `whoSetsUp` does, `already_set_up`, and `validation_failed` for a wrong code.
 */
export async function confirmTotp(
  caller: Caller,
  input: ConfirmTotpInput,
): Promise<{ codes: string[] | null; sessionsEnded?: number; opened?: OpenedSession }> {
  const by = await whoSetsUp(caller, input, PURPOSE);
  const { user } = by;
  if (user.totpSince !== null) throw new AccountsError("already_set_up");
  const found = await findTotpSecret(user.id);
  if (!found) throw wrong(NOT_STARTED);
  const step = stepOfCode(found.secret, input.code);
  if (step === null) throw wrong(WRONG);
  const made = user.recoveryCodesLeft > 0 ? null : await newRecoveryCodes(partyOf(caller, user.id));
  const result = await putInForce(by, "totp", "totp_added", (tx) => ({
    secret: must(keepStep(tx, found.row, step), () => wrong(NOT_STARTED)),
    on: must(tx.update(users).set({ totpSince: clock.now() }).where(isOff(user)), "already_set_up"),
    codes: made && storeRecoveryCodes(tx, user.id, made),
  }));
  return { codes: made?.codes ?? null, ...result };
}

/**
 * Removes the authenticator app, and the recovery codes if there is no other factor left. The same commit ends all other sessions and
 * tells the user by mail. Throws `not_found`, `recent_login_required`, `wrong_password`, `reset_required`, `rate_limited`.
 */
export async function removeTotp(caller: Caller, { current_password }: RemoveTotpInput): Promise<{ sessionsEnded: number }> {
  requireUser(caller);
  const { user, session } = caller;
  refuseIfBlocked(user);
  await requireRecentLogin(caller, current_password, "remove the authenticator app");
  const isOn = and(eq(users.id, user.id), sql`${users.totpSince} is not null`);
  return commit(caller, (tx) => ({
    off: must(tx.update(users).set({ totpSince: null }).where(isOn), () => new AccountsError("not_found", { detail: NO_APP })),
    secret: tx.delete(totpSecrets).where(eq(totpSecrets.userId, user.id)),
    codes: dropLoneCodes(tx, user.id),
    ...factorsChanged(tx, caller, user, { keptId: session.id, type: "factor.removed", detail: "totp", told: "totp_removed" }),
  }));
}

const isOff = ({ id }: User) => and(eq(users.id, id), isNull(users.totpSince));

const wrong = (rule: Rule) => new AccountsError("validation_failed", { fields: [broken("code", rule)] });
