import { and, eq, lt, sql } from "drizzle-orm";
import { NOBODY, type User } from "#accounts/caller.ts";
import { must } from "#accounts/commit.ts";
import { reportFault } from "#accounts/faults.ts";
import type { Db } from "#db/engine.ts";
import { totpSecrets } from "#db/factors-schema.ts";
import type { SecretKey } from "#db/key-file.ts";
import { type Plan, statement } from "#db/statements.ts";
import { decrypt, encrypt } from "./encryption.ts";
import type { Factor } from "./factors.ts";
import { keyWithId } from "./secret-keys.ts";
import { newTotpSecret, stepOfCode } from "./totp-codes.ts";

/* The secrets of authenticator apps in the database, and the codes that count. */

export type TotpRow = typeof totpSecrets.$inferSelect;
/** A second factor that was shown, and the statements that use it up: they belong in the commit of what it proves. */
export type SecondFactorProof = { factor: Factor; statements: (tx: Db) => Plan };

const NO_SECRET = newTotpSecret(); // checked where there is none, so that it takes as long

/** A user's secret, as it is stored. */
export const sealed = (key: SecretKey, userId: number, secret: Buffer) => ({
  secret: encrypt(key, placeOf(userId), secret),
  keyId: key.id,
});

/** The secret of a row; null if its key is lost or the row was changed, which is reported as a fault. */
export function unsealed({ userId, secret, keyId }: TotpRow): Buffer | null {
  const key = keyWithId(keyId);
  const opened = key && decrypt(key, placeOf(userId), secret);
  if (!opened) reportFault({ event: "totp_secret.unreadable", userId });
  return opened;
}

/** A user's secret, in force or not; null if there is none that can be read. */
export async function findTotpSecret(userId: number): Promise<{ row: TotpRow; secret: Buffer } | null> {
  const row = await secretOfUser({ userId }).first();
  const secret = row && unsealed(row);
  return row && secret ? { row, secret } : null;
}

/**
 * Proves that a user has the authenticator app, by its present code; null for a wrong one, and for one that was used or is older than
 * one that was (RFC 6238 5.2). Works as much for no user.
 */
export async function proveTotp(user: User | null, code: string): Promise<SecondFactorProof | null> {
  const found = await findTotpSecret(user?.id ?? NOBODY);
  const step = stepOfCode(found?.secret ?? NO_SECRET, code);
  if (!user || user.totpSince === null || !found || step === null || step <= found.row.lastStep) return null;
  return { factor: "totp", statements: (tx) => ({ step: must(keepStep(tx, found.row, step), "invalid_code") }) };
}

/** The statement that keeps the time step of a code, so that it counts once. It changes no row if it has counted, or the secret was replaced. */
export function keepStep(tx: Db, { userId, createdAt }: TotpRow, step: number) {
  return tx
    .update(totpSecrets)
    .set({ lastStep: step })
    .where(and(eq(totpSecrets.userId, userId), eq(totpSecrets.createdAt, createdAt), lt(totpSecrets.lastStep, step)));
}

const placeOf = (userId: number) => `totp_secrets ${userId}`;

const secretOfUser = statement((db) =>
  db
    .select()
    .from(totpSecrets)
    .where(eq(totpSecrets.userId, sql.placeholder("userId"))),
);
