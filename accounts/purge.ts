import { setImmediate as breathe } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { processWide } from "#db/process-wide.ts";
import { auditEvents, drafts, knownDevices, rateLimits, sessions } from "#db/schema.ts";
import { AUDIT_KEPT_MS } from "./audit.ts";
import { housekeeping } from "./caller.ts";
import { clock, MINUTE_MS } from "./clock.ts";
import { commit } from "./commit.ts";
import { KNOWN_FOR_MS } from "./known-devices.ts";

const BATCH_ROWS = 200; // about a millisecond; requests get their turn between two batches

const job = processWide("purge", () => ({ running: false }));

/** Purges once a minute from now on, as long as something else keeps the process alive. */
export function startPurging(): void {
  setInterval(purgeSoon, MINUTE_MS).unref();
}

/** Purges after the work at hand. */
export function purgeSoon(): void {
  if (job.running) return;
  job.running = true;
  setImmediate(
    () =>
      void purge()
        .catch(() => {})
        .finally(() => (job.running = false)),
  ); // a locked database: next minute
}

/**
 * Deletes in small batches what has come to its end: expired sessions, each with its audit event in the same commit, old
 * audit events, forgotten devices, counters and drafts.
 */
export async function purge(): Promise<void> {
  const now = clock.now();
  while ((await purgeSessions(now)) === BATCH_ROWS) await breathe();
  for (const [table, column, end] of [
    [auditEvents, auditEvents.at, now - AUDIT_KEPT_MS],
    [knownDevices, knownDevices.lastLoginAt, now - KNOWN_FOR_MS],
    [rateLimits, rateLimits.expiresAt, now],
    [drafts, drafts.expiresAt, now],
  ] as const) {
    const batch = sql`rowid in (select rowid from ${table} where ${column} <= ${end} limit ${BATCH_ROWS})`;
    const next = () => commit(housekeeping, (tx) => ({ deleted: tx.delete(table).where(batch) }));
    while ((await next()).deleted.changes === BATCH_ROWS) await breathe();
  }
}

async function purgeSessions(now: number): Promise<number> {
  const expired = sql`from ${sessions} where ${sessions.expiresAt} <= ${now} order by ${sessions.expiresAt} limit ${BATCH_ROWS}`;
  const { ended } = await commit(housekeeping, (tx) => ({
    events: tx.insert(auditEvents).select(sql`select null, user_id, 'session.expired', ${now}, ip, device, id, null ${expired}`),
    ended: tx.delete(sessions).where(sql`${sessions.id} in (select id ${expired})`),
  }));
  return ended.changes;
}
