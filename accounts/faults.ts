import { processWide } from "#db/process-wide.ts";

/** Something that only the operator can mend, and nobody who asks is told of. */
export type Fault = { event: "password_hash.damaged"; userId: number };

type Listener = (fault: Fault) => void;

const listeners = processWide("fault-listeners", () => [] as Listener[]);

/** Calls `listen` with each fault from now on. It must not throw. */
export function onFault(listen: Listener): void {
  listeners.push(listen);
}

export function reportFault(fault: Fault): void {
  for (const listen of listeners) listen(fault);
}
