import type { Caller } from "#accounts/caller.ts";
import type { Party } from "./fair-turns.ts";

/** Who waits for a hash or a picture: this network, and within it this account, by its id or email address. */
export function partyOf(caller: Caller, account: string | number): Party {
  return { network: networkOf(caller), who: account };
}

/** The address as limits count it: an IPv6 customer can choose from a whole /64, so that counts as one. */
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
