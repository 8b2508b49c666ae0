import { randomBytes } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, NOBODY, requireUser, type User } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { commit, must } from "#accounts/commit.ts";
import type { RecoveryCodesInput } from "#accounts/contract/factor-schemas.ts";
import { recoveryCodeNotice } from "#accounts/emails/notices.ts";
import type { Party } from "#accounts/limits/fair-turns.ts";
import { partyOf } from "#accounts/limits/networks.ts";
import { refuseIfBlocked } from "#accounts/passwords/change.ts";
import { hashWithSalt } from "#accounts/passwords/passwords.ts";
import { requireRecentLogin } from "#accounts/sessions/recent-login.ts";
import type { Db } from "#db/engine.ts";
import { recoveryCodes } from "#db/factors-schema.ts";
import { statement } from "#db/statements.ts";
import { factorsChanged } from "./factors.ts";
import { countCodes } from "./removal.ts";
import type { SecondFactorProof } from "./totp-secrets.ts";

/*
 * Recovery codes: for a log-in without the phone, each once. They are hashed like passwords, because 80 bits are fewer than the 112 of
 * ASVS 6.5.2, and don't depend on the key that encrypts secrets: they work when that is lost.
 */

const CODES = 10;
const GROUPS = 4;
const GROUP_LENGTH = 4;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base32: none of I, L, O, U
const SALT_BYTES = 16;
const NO_SALT = randomBytes(SALT_BYTES); // hashed with where there is none, so that it takes as long

/** New codes for a user to keep, and how they are stored. */
export type NewRecoveryCodes = { codes: string[]; salt: Buffer; hashes: Buffer[] };

/** Ten new codes of 80 bits, like 7Q2M-X0VD-4KHT-9R5C. Throws `overloaded`. */
export async function newRecoveryCodes(party: Party): Promise<NewRecoveryCodes> {
  const codes = Array.from({ length: CODES }, newCode);
  const salt = randomBytes(SALT_BYTES);
  const hashes: Buffer[] = [];
  for (const code of codes) hashes.push(await hashWithSalt(code, salt, party)); // one after the other: others have turns between
  return { codes, salt, hashes };
}

/** The statements that store new codes in place of all that a user had. */
export function storeRecoveryCodes(tx: Db, userId: number, { salt, hashes }: NewRecoveryCodes) {
  const createdAt = clock.now();
  return [
    tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId)),
    tx.insert(recoveryCodes).values(hashes.map((codeHash) => ({ userId, codeHash, salt, createdAt }))),
    countCodes(tx, userId),
  ];
}

/**
 * Gives the caller ten new recovery codes; the old ones are dead. The same commit ends all other sessions and tells the user by mail.
 * Throws `recent_login_required`, `wrong_password`, `reset_required`, `rate_limited`, `overloaded`.
 */
export async function replaceRecoveryCodes(caller: Caller, { current_password }: RecoveryCodesInput): Promise<{ codes: string[] }> {
  requireUser(caller);
  const { user, session } = caller;
  refuseIfBlocked(user);
  await requireRecentLogin(caller, current_password, "get new recovery codes");
  const made = await newRecoveryCodes(partyOf(caller, user.id));
  await commit(caller, (tx) => ({
    codes: storeRecoveryCodes(tx, user.id, made),
    ...factorsChanged(tx, caller, user, { keptId: session.id, type: "recovery_codes.replaced", told: "recovery_codes_replaced" }),
  }));
  return { codes: made.codes };
}

/** Proves that a user has a recovery code; null for a wrong or used one. Works as much for no user. Throws `overloaded`. */
export async function proveRecoveryCode(caller: Caller, user: User | null, code: string, party: Party): Promise<SecondFactorProof | null> {
  const userId = user?.id ?? NOBODY;
  const one = await anyCodeOf({ userId }).first();
  const codeHash = await hashWithSalt(code, one?.salt ?? NO_SALT, party);
  const found = await codeByHash({ userId, codeHash }).first();
  if (!user || !found) return null;
  const left = user.recoveryCodesLeft - 1;
  return {
    factor: "recovery_code",
    statements: (tx) => ({
      used: must(
        tx.delete(recoveryCodes).where(and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.codeHash, codeHash))),
        "invalid_code",
      ),
      left: countCodes(tx, userId),
      event: auditEvent(tx, caller, "recovery_code.used", { userId, detail: `${left} left` }),
      notice: recoveryCodeNotice(tx, caller, user, left),
    }),
  };
}

function newCode(): string {
  const characters = Array.from(randomBytes(GROUPS * GROUP_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]); // 32 divides 256
  return Array.from({ length: GROUPS }, (_, group) => characters.slice(group * GROUP_LENGTH, (group + 1) * GROUP_LENGTH).join("")).join(
    "-",
  );
}

const anyCodeOf = statement((db) =>
  db
    .select({ salt: recoveryCodes.salt })
    .from(recoveryCodes)
    .where(eq(recoveryCodes.userId, sql.placeholder("userId")))
    .limit(1),
);
const codeByHash = statement((db) =>
  db
    .select({ createdAt: recoveryCodes.createdAt })
    .from(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, sql.placeholder("userId")), eq(recoveryCodes.codeHash, sql.placeholder("codeHash")))),
);
