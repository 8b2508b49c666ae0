import { sql } from "drizzle-orm";
import { AUDIT_KEPT_MS } from "#accounts/audit.ts";
import { clock, MINUTE_MS, steadyNow } from "#accounts/clock.ts";
import { KNOWN_FOR_MS } from "#accounts/limits/known-devices.ts";
import { insertFrom, someOf } from "#db/dialect.ts";
import { processWide } from "#db/process-wide.ts";
import { auditEvents, drafts, knownDevices, rateLimits, sessions } from "#db/schema.ts";
import { eraseRecords } from "./erasure.ts";
import { inSlices } from "./slices.ts";

const job = processWide("purge", () => ({ running: false }));

/** Purges once a minute. The timer doesn't keep the process alive. */
export function startPurging(): void {
  setInterval(purgeSoon, MINUTE_MS).unref();
}

/** Purges when the event loop is idle. */
export function purgeSoon(): void {
  if (job.running) return;
  job.running = true;
  setImmediate(
    () =>
      void purge()
        .catch(() => {})
        .finally(() => (job.running = false)),
  ); // if the database is locked, the next run deletes it
}

/**
 * Deletes what has expired, in slices: sessions (each with its audit event in the same commit), audit events, known devices,
 * counters and drafts. Also erases the events of deleted users.
 */
export async function purge(): Promise<void> {
  const now = clock.now();
  await purgeSessions(now);
  const limitsNow = steadyNow();
  for (const [table, column, end] of [
    [auditEvents, auditEvents.at, now - AUDIT_KEPT_MS],
    [knownDevices, knownDevices.lastLoginAt, limitsNow - KNOWN_FOR_MS],
    [rateLimits, rateLimits.expiresAt, limitsNow],
    [drafts, drafts.expiresAt, now],
  ] as const) {
    await inSlices(
      (tx, rows) => ({
        deleted: tx.delete(table).where(someOf(table, sql`${column} <= ${end}`, rows)),
      }),
      ({ deleted }, rows) => deleted < rows,
    );
  }
  await eraseRecords();
}

const ofSession = { userId: sql`user_id`, ip: sql`ip`, device: sql`device`, sessionId: sql`id` };

function purgeSessions(now: number): Promise<void> {
  return inSlices(
    (tx, rows) => {
      const expired = sql`from ${sessions} where ${sessions.expiresAt} <= ${now} order by ${sessions.expiresAt} limit ${rows}`;
      return {
        events: insertFrom(tx, auditEvents, { ...ofSession, type: "session.expired", at: now, detail: null }, expired),
        ended: tx.delete(sessions).where(sql`${sessions.id} in (select id ${expired})`),
      };
    },
    ({ ended }, rows) => ended < rows,
  );
}
