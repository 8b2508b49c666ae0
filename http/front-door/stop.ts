import { setTimeout as sleep } from "node:timers/promises";
import { SECOND_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { stopCourier } from "#accounts/emails/courier.ts";
import { endListening } from "#accounts/services/listening.ts";
import { writeUses } from "#accounts/sessions/use.ts";
import { stopDatabase } from "#db/lifecycle.ts";
import { transact } from "#db/statements.ts";
import { endRoutine } from "#http/prepare.ts";
import { type Connections, startDraining, stopping } from "./draining.ts";

const MAX_STOP_MS = 14_000; // after DRAIN_DELAY: 8 s for requests, 5 s for commits that wait for a lock, 1 s for the log

/**
 * Stops the service: reports that it isn't ready, after DRAIN_DELAY answers the requests under way, lets mails under way arrive,
 * writes pending uses of sessions, and closes the database. Ends the process if that takes too long. Commits are durable either way.
 */
export async function stopInOrder(connections: Connections, delayMs = config().drainDelaySeconds * SECOND_MS): Promise<void> {
  startDraining("stopping");
  setTimeout(() => process.exit(1), delayMs + MAX_STOP_MS).unref();
  await sleep(delayMs);
  await finish(connections);
}

/** The same for a process that another one has replaced: it accepts no more connections, and has more time for those it has. */
export async function leaveInOrder(connections: Connections): Promise<void> {
  startDraining("replaced");
  await finish(connections);
}

async function finish(connections: Connections): Promise<void> {
  endListening();
  if (stopping()) await Promise.all([connections.drain(), stopCourier()]);
  else await connections.drain();
  await stopCourier();
  endRoutine();
  await writeUses();
  await transact(() => ({})).catch(() => {}); // waits for the commits that are still in SQLite’s queue
  await stopDatabase();
}
