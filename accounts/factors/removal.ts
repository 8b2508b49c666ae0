import { and, eq, gte, isNull, sql } from "drizzle-orm";
import { endTrust } from "#accounts/limits/known-devices.ts";
import type { Db } from "#db/engine.ts";
import { passkeys, recoveryCodes, totpSecrets } from "#db/factors-schema.ts";
import { users } from "#db/schema.ts";

/**
 * The statements that remove a user's factors, all or those made since an instant, which somebody else may have made. No browser is trusted
 * any more.
 */
export function removeFactors(tx: Db, userId: number, since = 0) {
  const isOff = sql`exists (select 1 from ${users} where ${users.id} = ${userId} and ${isNull(users.totpSince)})`;
  return [
    tx
      .update(users)
      .set({ totpSince: null })
      .where(and(eq(users.id, userId), gte(users.totpSince, since))),
    tx.delete(totpSecrets).where(and(eq(totpSecrets.userId, userId), isOff)),
    tx.delete(passkeys).where(and(eq(passkeys.userId, userId), gte(passkeys.createdAt, since))),
    countPasskeys(tx, userId),
    tx.delete(recoveryCodes).where(and(eq(recoveryCodes.userId, userId), gte(recoveryCodes.createdAt, since))),
    ...dropLoneCodes(tx, userId),
    endTrust(tx, userId),
  ];
}

/** The statements that delete a user's recovery codes if no other factor is left, and count again how many there are. */
export function dropLoneCodes(tx: Db, userId: number) {
  const isAlone = sql`exists (select 1 from ${users} where ${users.id} = ${userId} and ${users.totpSince} is null and ${users.passkeys} = 0)`;
  return [tx.delete(recoveryCodes).where(and(eq(recoveryCodes.userId, userId), isAlone)), countCodes(tx, userId)];
}

/** The statement that writes how many recovery codes a user has into the user's row. */
export function countCodes(tx: Db, userId: number) {
  const left = sql`(select count(*) from ${recoveryCodes} where ${recoveryCodes.userId} = ${userId})`;
  return tx.update(users).set({ recoveryCodesLeft: left }).where(eq(users.id, userId));
}

/** The statement that writes how many passkeys a user has into the user's row. It follows each change of them. */
export function countPasskeys(tx: Db, userId: number) {
  const own = sql`(select count(*) from ${passkeys} where ${passkeys.userId} = ${userId})`;
  return tx.update(users).set({ passkeys: own }).where(eq(users.id, userId));
}
