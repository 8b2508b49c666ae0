import { SECOND_MS, steadyNow } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { AccountsError } from "#accounts/errors.ts";
import { limitsHit } from "#accounts/measures.ts";
import { processWide } from "#db/process-wide.ts";
import { allowance, quotaOf } from "./allowance.ts";
import { BUDGETS } from "./limits.ts";

type Name = keyof typeof BUDGETS;
/** What was counted, and for whom. */
export type Spending = { name: Name; who: string | number; amount: number };

const listeners = processWide("budget-listeners", () => [] as ((spent: Spending) => void)[]);
const windows = processWide("budgets", () => new Map<Name, { since: number; spent: Map<string | number, number> }>());

/** Counts `amount` for `who`. Throws `rate_limited`, and counts nothing, if less is left. */
export function spend(name: Name, who: string | number, amount = 1): void {
  refuseIfSpent(name, who, amount);
  add({ name, who, amount });
  for (const listen of listeners) listen({ name, who, amount });
}

/** Registers a listener for everything that this process counts. */
export function onSpent(listen: (spent: Spending) => void): void {
  listeners.push(listen);
}

/** Counts what another process of this machine has counted. */
export function noteSpent(spendings: Spending[]): void {
  for (const one of spendings) add(one);
}

function add({ name, who, amount }: Spending): void {
  const { spent } = windowOf(name, steadyNow());
  spent.set(who, (spent.get(who) ?? 0) + amount);
}

/** Throws `rate_limited` if less than `amount` is left for `who`. */
export function refuseIfSpent(name: Name, who: string | number, amount = 1): void {
  if (!config().rateLimits) return;
  const now = steadyNow();
  const { since, spent } = windowOf(name, now);
  if ((spent.get(who) ?? 0) + amount <= allowance(BUDGETS[name].free)) return;
  limitsHit.publish(name);
  throw new AccountsError("rate_limited", {
    quota: quotaOf(name, BUDGETS[name]),
    retryAfterSeconds: Math.max(1, Math.ceil((since + BUDGETS[name].windowMs - now) / SECOND_MS)),
  });
}

/** The current window. It is the same for everybody, so that forgetting it is cheap. */
function windowOf(name: Name, now: number) {
  let window = windows.get(name);
  if (!window || now >= window.since + BUDGETS[name].windowMs) {
    window = { since: now, spent: new Map() };
    windows.set(name, window);
  }
  return window;
}
