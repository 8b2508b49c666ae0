import { config } from "#accounts/config.ts";
import type { Setting } from "./limits.ts";

/** How much a limit allows, with the operator's settings. */
export function allowance(amount: Setting | number): number {
  if (typeof amount === "number") return amount;
  return (config().limits[amount.setting] ?? amount.default) * (amount.unit ?? 1);
}
