import { setTimeout as sleep } from "node:timers/promises";
import { SECOND_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { writeUses } from "#accounts/sessions/use.ts";
import { stopDatabase } from "#db/lifecycle.ts";
import { transact } from "#db/statements.ts";
import { consoleOutput, logOutput, say } from "#http/output.ts";
import { type Connections, draining, drainingForMs, startDraining } from "./draining.ts";

const SAME_SIGNAL_MS = 1_000; // npm hands on a signal that its whole group got already, as systemd sends it
const MAX_STOP_MS = 14_000; // beyond DRAIN_DELAY: requests 8 s, commits that wait for another program's lock 5 s, the log 1 s

/** Ends the process in order at SIGTERM or SIGINT; a second signal ends it at once. Commits are durable either way. */
export function stopOnSignal(connections: Connections): void {
  const stop = () => {
    if (!draining()) void stopInOrder(connections);
    else if (drainingForMs() > SAME_SIGNAL_MS) process.exit(1);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** Says that it is not ready, answers what was asked, keeps what was noted, and goes. */
async function stopInOrder(connections: Connections): Promise<void> {
  startDraining();
  const delayMs = config().drainDelaySeconds * SECOND_MS;
  setTimeout(() => process.exit(1), delayMs + MAX_STOP_MS).unref();
  await sleep(delayMs);
  await connections.drain();
  await writeUses();
  await transact(() => ({})).catch(() => {}); // behind whatever else still waits to be committed
  await stopDatabase();
  say("Stopped.\n");
  await Promise.all([logOutput().finish(), consoleOutput().finish()]);
  process.exit(0);
}
