import { SECOND_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import type { Quota } from "#accounts/errors.ts";
import type { Rule, Setting } from "./limits.ts";

/** How much a limit allows, with the operator's settings. */
export function allowance(amount: Setting | number): number {
  if (typeof amount === "number") return amount;
  return (config().limits[amount.setting] ?? amount.default) * (amount.unit ?? 1);
}

/** A limit as clients are told of it. */
export function quotaOf(name: string, { free, windowMs }: Pick<Rule, "free" | "windowMs">): Quota {
  return { name, free: allowance(free), windowSeconds: windowMs / SECOND_MS };
}
