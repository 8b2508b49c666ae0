import { closeSync, openSync } from "node:fs";

const SAME_SIGNAL_MS = 1_000; // npm forwards a signal that its whole process group has already received, as from systemd

export type Reactions = { stop(): void; stopNow(): void; replace(): void };

/**
 * Calls `stop` at SIGTERM or SIGINT, `stopNow` at a second one, and `replace` at SIGHUP. That signal also comes when the terminal
 * is closed that the service was started in: then it stops, as other programs do.
 */
export function onSignals({ stop, stopNow, replace }: Reactions): void {
  const hadTerminal = hasTerminal();
  let stoppedAt = 0;
  const end = () => {
    if (stoppedAt === 0) {
      stoppedAt = performance.now();
      stop();
    } else if (performance.now() - stoppedAt > SAME_SIGNAL_MS) stopNow();
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.on("SIGHUP", () => {
    if (hadTerminal && !hasTerminal()) end();
    else if (stoppedAt === 0) replace();
  });
}

/** Ignores the signals that a terminal or systemd sends to all processes: the supervisor says what to do. */
export function ignoreSignals(): void {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
