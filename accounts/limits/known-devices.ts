import { hash } from "node:crypto";
import { and, eq, gt, inArray, isNotNull, notInArray, type SQL, sql } from "drizzle-orm";
import type { Caller } from "#accounts/caller.ts";
import { DAY_MS, steadyNow } from "#accounts/clock.ts";
import { type Db, db } from "#db/engine.ts";
import { knownDevices } from "#db/schema.ts";
import { placeholders, statement } from "#db/statements.ts";

export const KNOWN_FOR_MS = 30 * DAY_MS;

/*
 * OWASP's device cookies: a device that has logged in before has its own budget of failures, so that an attacker who uses up
 * the others can't lock the owner out.
 */

/** The statements that make the caller's browser and address known devices of the user. */
export function rememberDevice(tx: Db, caller: Caller, userId: number | SQL) {
  const lastLoginAt = steadyNow();
  if (typeof userId === "number") return deviceHashes(caller).map((deviceHash) => rememberOne({ userId, deviceHash, lastLoginAt }));
  const rows = deviceHashes(caller).map((deviceHash) => ({ userId, deviceHash, lastLoginAt }));
  return tx
    .insert(knownDevices)
    .values(rows)
    .onConflictDoUpdate({ target: [knownDevices.userId, knownDevices.deviceHash], set: { lastLoginAt } });
}

const rememberOne = statement((db) => {
  const { userId, deviceHash, lastLoginAt } = placeholders(knownDevices);
  return db
    .insert(knownDevices)
    .values({ userId, deviceHash, lastLoginAt })
    .onConflictDoUpdate({ target: [knownDevices.userId, knownDevices.deviceHash], set: { lastLoginAt: sql`${lastLoginAt}` } });
});

/** The statement that forgets every known device of the user but the caller's. Others may have logged in with the old password. */
export function forgetOtherDevices(tx: Db, caller: Caller, userId: number) {
  return tx.delete(knownDevices).where(and(eq(knownDevices.userId, userId), notInArray(knownDevices.deviceHash, deviceHashes(caller))));
}

/** The statement that forgets every known device of the user. */
export function forgetDevices(tx: Db, userId: number) {
  return tx.delete(knownDevices).where(eq(knownDevices.userId, userId));
}

/** The statement by which log-ins from the caller's browser need no second factor for KNOWN_FOR_MS. It has to be a known device. */
export function trustBrowser(tx: Db, caller: Caller, userId: number) {
  const [, browser] = deviceHashes(caller);
  const own = and(eq(knownDevices.userId, userId), eq(knownDevices.deviceHash, browser ?? ""));
  return tx
    .update(knownDevices)
    .set({ trustedUntil: steadyNow() + KNOWN_FOR_MS })
    .where(own);
}

/** The statement after which none of the user's browsers is trusted. */
export function endTrust(tx: Db, userId: number) {
  return tx
    .update(knownDevices)
    .set({ trustedUntil: null })
    .where(and(eq(knownDevices.userId, userId), isNotNull(knownDevices.trustedUntil)));
}

/** Whether log-ins of this user from the caller's browser need no second factor. */
export async function isTrustedBrowser(caller: Caller, userId: number): Promise<boolean> {
  const [, browser] = deviceHashes(caller);
  if (!browser) return false;
  const [found] = await db()
    .select({ trustedUntil: knownDevices.trustedUntil })
    .from(knownDevices)
    .where(and(eq(knownDevices.userId, userId), eq(knownDevices.deviceHash, browser)));
  return (found?.trustedUntil ?? 0) > steadyNow();
}

/** Whether this user has logged in from the caller's browser within KNOWN_FOR_MS. */
export async function isKnownBrowser(caller: Caller, userId: number): Promise<boolean> {
  const known = await findKnownDevice(caller, userId);
  return known?.isBrowser ?? false;
}

/** The caller's browser or else address, if this user has logged in from it within KNOWN_FOR_MS. */
export async function findKnownDevice(caller: Caller, userId: number): Promise<{ hash: string; isBrowser: boolean } | null> {
  const [address = "", browser = ""] = deviceHashes(caller);
  const since = steadyNow() - KNOWN_FOR_MS;
  const rows = await devicesOfUser({ userId, browser, address, since }).all();
  const found = rows.map(({ deviceHash }) => deviceHash);
  if (found.includes(browser)) return { hash: browser, isBrowser: true };
  return found.includes(address) ? { hash: address, isBrowser: false } : null;
}

/** The hashes of the address and, if there is one, the browser's id, in this order. */
function deviceHashes({ browser, ip }: Caller): string[] {
  const fingerprint = (text: string) => hash("sha256", text, "base64url");
  return [`address ${ip ?? ""}`, ...(browser ? [`browser ${browser}`] : [])].map(fingerprint);
}

const devicesOfUser = statement((db) =>
  db
    .select({ deviceHash: knownDevices.deviceHash })
    .from(knownDevices)
    .where(
      and(
        eq(knownDevices.userId, sql.placeholder("userId")),
        inArray(knownDevices.deviceHash, [sql.placeholder("browser"), sql.placeholder("address")]),
        gt(knownDevices.lastLoginAt, sql.placeholder("since")),
      ),
    ),
);
