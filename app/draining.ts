import { processWide } from "#db/process-wide.ts";

const state = processWide("draining", () => ({ since: 0 }));

/** From now on the service says that it is not ready, so that a load balancer sends nothing new. */
export function startDraining(): void {
  state.since = performance.now();
}

export const draining = (): boolean => state.since > 0;

export const drainingForMs = (): number => performance.now() - state.since;
