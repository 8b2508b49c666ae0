import type { Caller } from "#accounts/caller.ts";
import type { Party } from "./fair-turns.ts";

/** The party of a hash or picture: the caller's network, and within it the account, by id or email address. */
export function partyOf(caller: Caller, account: string | number): Party {
  return { network: networkOf(caller), who: account };
}

/** The network that limits count: the address, or the /64 of an IPv6 address, because a single customer has that many. */
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
