import { hash } from "node:crypto";
import { and, eq, gt, inArray, notInArray, sql } from "drizzle-orm";
import { type Caller, NOBODY, type User } from "#accounts/caller.ts";
import { DAY_MS, steadyNow } from "#accounts/clock.ts";
import type { Db } from "#db/engine.ts";
import { knownDevices } from "#db/schema.ts";
import { statement } from "#db/statements.ts";
import type { Party } from "./fair-turns.ts";
import { type Limit, limit } from "./limits.ts";

export const KNOWN_FOR_MS = 30 * DAY_MS;

/*
 * OWASP "device cookies": whoever logged in from here before has a budget of failures of their own, so that an attacker
 * who uses up all others' cannot lock the owner out.
 */

/**
 * The limits of a log-in with this email address. A known browser has a budget of its own; a known address too, but it
 * may be shared, so what it tries on other accounts still counts; everybody else also counts together.
 */
export async function loginLimits(caller: Caller, emailCanonical: string, user: User | null): Promise<Limit[]> {
  const known = await knownDeviceOf(caller, user?.id ?? NOBODY); // asked for nobody too: the same work either way
  const network = networkOf(caller);
  const own = limit("login_device", emailCanonical, known?.hash ?? network);
  if (known?.isBrowser) return [own];
  return known ? [own, limit("login_address", network)] : [own, limit("login_address", network), limit("login_account", emailCanonical)];
}

/** As many counters to write for everybody, so that the time of a refusal does not tell who is known; the added ones are never read. */
export function countedLimits(limits: Limit[], emailCanonical: string): Limit[] {
  const unread = [1, 2].map((number) => limit("login_account", emailCanonical, "unread", number));
  return [...limits, ...unread].slice(0, 3);
}

/**
 * Which limits a success forgets: the device's own; from a known device, on whose own it does not count, the account's; and
 * guesses in stolen sessions, whose thief does not know the password and cannot do this.
 */
export function limitsClearedBy(limits: Limit[], emailCanonical: string, user: User): Limit[] {
  const own = [...limits.filter(({ name }) => name === "login_device"), limit("reauthentication_user", user.id)];
  return limits.some(({ name }) => name === "login_account") ? own : [...own, limit("login_account", emailCanonical)];
}

/** The statement that remembers from where the user logged in. */
export function rememberDevice(tx: Db, caller: Caller, userId: number | ReturnType<typeof sql>) {
  const lastLoginAt = steadyNow();
  const rows = deviceHashes(caller).map((deviceHash) => ({ userId: userId as number, deviceHash, lastLoginAt }));
  return tx
    .insert(knownDevices)
    .values(rows)
    .onConflictDoUpdate({ target: [knownDevices.userId, knownDevices.deviceHash], set: { lastLoginAt } });
}

/** The statement that forgets every device of the user but the one that asks: whoever knew the old password may have logged in from them. */
export function forgetOtherDevices(tx: Db, caller: Caller, userId: number) {
  return tx.delete(knownDevices).where(and(eq(knownDevices.userId, userId), notInArray(knownDevices.deviceHash, deviceHashes(caller))));
}

/** Whether this user has logged in from the caller's browser within KNOWN_FOR_MS. */
export async function isKnownBrowser(caller: Caller, userId: number): Promise<boolean> {
  const known = await knownDeviceOf(caller, userId);
  return known?.isBrowser ?? false;
}

/** Who waits for a hash or a picture: this address, and within it this account, by its id or email address. */
export function partyOf(caller: Caller, account: string | number): Party {
  return { network: networkOf(caller), who: account };
}

/** The address for counting: an IPv6 customer has a whole /64 to choose from, so that counts as one. */
export function networkOf({ ip }: Pick<Caller, "ip">): string {
  if (!ip?.includes(":")) return ip ?? "";
  const [head = "", tail] = ip.split("::");
  const groups = head.split(":").filter(Boolean);
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").filter(Boolean).length;
  return [...groups, ...Array(Math.max(0, missing)).fill("0"), ...(tail ?? "").split(":")]
    .slice(0, 4)
    .map((group) => Number.parseInt(group || "0", 16).toString(16))
    .join(":");
}

async function knownDeviceOf(caller: Caller, userId: number): Promise<{ hash: string; isBrowser: boolean } | null> {
  const [address = "", browser = ""] = deviceHashes(caller);
  const since = steadyNow() - KNOWN_FOR_MS;
  const rows = await devicesOfUser({ userId, browser, address, since }).all();
  const found = rows.map(({ deviceHash }) => deviceHash);
  if (found.includes(browser)) return { hash: browser, isBrowser: true };
  return found.includes(address) ? { hash: address, isBrowser: false } : null;
}

/** The address first, the browser's own cookie last, if it has one. */
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
