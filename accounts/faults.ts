import { processWide } from "#db/process-wide.ts";

/** A fault that only the operator can repair, and that callers don't see. */
export type Fault = { event: "password_hash.damaged" | "totp_secret.unreadable"; userId: number };

type Listener = (fault: Fault) => void;

const listeners = processWide("fault-listeners", () => [] as Listener[]);

/** Registers a listener for faults. It must not throw. */
export function onFault(listen: Listener): void {
  listeners.push(listen);
}

export function reportFault(fault: Fault): void {
  for (const listen of listeners) listen(fault);
}
