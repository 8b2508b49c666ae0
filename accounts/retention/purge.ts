import { and, lte, type SQL, sql } from "drizzle-orm";
import { AUDIT_KEPT_MS } from "#accounts/audit.ts";
import { clock, MINUTE_MS, steadyNow } from "#accounts/clock.ts";
import { EMAILS_KEPT_MS } from "#accounts/emails/outbox.ts";
import { KNOWN_FOR_MS } from "#accounts/limits/known-devices.ts";
import { tellEndsOfTokens } from "#accounts/sessions/personal-token-ends.ts";
import { endSuspensions } from "#accounts/users/status.ts";
import { ElsewhereError, insertFrom, someOf } from "#db/dialect.ts";
import { challenges, passkeyChallenges } from "#db/factors-schema.ts";
import { processWide } from "#db/process-wide.ts";
import { auditEvents, drafts, emails, knownDevices, links, rateLimits, sessions } from "#db/schema.ts";
import { deleteDue, tellDeletions } from "./deletions.ts";
import { eraseRecords } from "./erasure.ts";
import { inSlices } from "./slices.ts";

const job = processWide("purge", () => ({ last: Promise.resolve(), waiting: false }));

/** Purges once a minute. The timer doesn't keep the process alive. */
export function startPurging(): NodeJS.Timeout {
  return setInterval(purgeSoon, MINUTE_MS).unref();
}

/** Purges when the event loop is idle. */
export function purgeSoon(): void {
  if (job.waiting) return;
  job.waiting = true;
  setImmediate(
    () =>
      void purge()
        .catch(() => {})
        .finally(() => (job.waiting = false)),
  ); // if the database is locked, the next run deletes it
}

/**
 * Deletes what has expired, in slices: sessions (each with its audit event in the same commit), audit events, known devices,
 * counters, drafts, mails, links and challenges. Also deletes users whose time is over, and erases the events of deleted ones. Runs of one process take turns.
 */
export function purge(): Promise<void> {
  const run = job.last.then(purgeHere);
  job.last = run.catch(() => {});
  return run;
}

async function purgeHere(): Promise<void> {
  try {
    await purgeAll(clock.now());
  } catch (error) {
    if (!(error instanceof ElsewhereError)) throw error; // another process purges
  }
}

async function purgeAll(now: number): Promise<void> {
  await purgeSessions(now);
  await endSuspensions();
  await tellDeletions();
  await deleteDue();
  await tellEndsOfTokens();
  const limitsNow = steadyNow();
  const isUnused = and(lte(rateLimits.expiresAt, limitsNow), lte(rateLimits.underWayUntil, limitsNow)) as SQL;
  for (const [table, isOver] of [
    [auditEvents, lte(auditEvents.at, now - AUDIT_KEPT_MS)],
    [knownDevices, lte(knownDevices.lastLoginAt, limitsNow - KNOWN_FOR_MS)],
    [rateLimits, isUnused],
    [drafts, lte(drafts.expiresAt, now)],
    [emails, lte(emails.createdAt, now - EMAILS_KEPT_MS)],
    [links, lte(links.expiresAt, now)],
    [passkeyChallenges, lte(passkeyChallenges.expiresAt, now)],
    [challenges, lte(challenges.expiresAt, now)],
  ] as const) {
    await inSlices(
      (tx, rows) => ({
        deleted: tx.delete(table).where(someOf(table, isOver, rows)),
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
