import { setTimeout as sleep } from "node:timers/promises";
import { SECOND_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { writeUses } from "#accounts/sessions/use.ts";
import { stopDatabase } from "#db/lifecycle.ts";
import { transact } from "#db/statements.ts";
import { consoleOutput, logOutput, say } from "#http/output.ts";
import { type Connections, draining, drainingForMs, startDraining } from "./draining.ts";

const SAME_SIGNAL_MS = 1_000; // npm forwards a signal that its whole process group has already received, as from systemd
const MAX_STOP_MS = 14_000; // after DRAIN_DELAY: 8 s for requests, 5 s for commits that wait for a lock, 1 s for the log

/** Stops the process gracefully at SIGTERM or SIGINT; a second signal ends it immediately. Commits are durable either way. */
export function stopOnSignal(connections: Connections): void {
  const stop = () => {
    if (!draining()) void stopInOrder(connections);
    else if (drainingForMs() > SAME_SIGNAL_MS) process.exit(1);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** Reports that it isn't ready, answers the requests under way, writes pending uses of sessions, and exits. */
async function stopInOrder(connections: Connections): Promise<void> {
  startDraining();
  const delayMs = config().drainDelaySeconds * SECOND_MS;
  setTimeout(() => process.exit(1), delayMs + MAX_STOP_MS).unref();
  await sleep(delayMs);
  await connections.drain();
  await writeUses();
  await transact(() => ({})).catch(() => {}); // waits for the pending commits of the API; those of pages were answered
  await stopDatabase();
  say("Stopped.\n");
  await Promise.all([logOutput().finish(), consoleOutput().finish()]);
  process.exit(0);
}
