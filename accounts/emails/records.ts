import { and, desc, eq, inArray, isNotNull, isNull, lt, or, type SQL } from "drizzle-orm";
import { type Caller, requireOperator } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { db } from "#db/engine.ts";
import { emails } from "#db/schema.ts";
import { MAX_WAIT_MS } from "./outbox.ts";

/* What the operator sees of the outbox, and may do with it. Every function refuses other callers; only the command line calls them. */

export type EmailRecord = typeof emails.$inferSelect;

/** What became of a mail: it waits for its next attempt, was sent, was given up, or is kept to be read at /mail/. */
export const EMAIL_STATES = ["waiting", "sent", "failed", "kept"] as const;
export type EmailState = (typeof EMAIL_STATES)[number];

const { nextAttemptAt, sentAt, failedAt } = emails;
const CONDITIONS: Record<EmailState, SQL | undefined> = {
  waiting: isNotNull(nextAttemptAt),
  sent: isNotNull(sentAt),
  failed: isNotNull(failedAt),
  kept: and(isNull(nextAttemptAt), isNull(sentAt), isNull(failedAt)),
};

export function emailState({ sentAt, failedAt, nextAttemptAt }: EmailRecord): EmailState {
  if (sentAt !== null) return "sent";
  if (failedAt !== null) return "failed";
  return nextAttemptAt === null ? "kept" : "waiting";
}

/** Mails, newest first: at most `limit` that are older than `cursor`. */
export async function listEmails(
  caller: Caller,
  { state, cursor, limit }: { state: EmailState | undefined; cursor: number | undefined; limit: number },
): Promise<EmailRecord[]> {
  requireOperator(caller);
  return db()
    .select()
    .from(emails)
    .where(and(state && CONDITIONS[state], cursor === undefined ? undefined : lt(emails.id, cursor)))
    .orderBy(desc(emails.id))
    .limit(limit);
}

/** A mail, or null. */
export async function findEmail(caller: Caller, id: number): Promise<EmailRecord | null> {
  requireOperator(caller);
  const [found] = await db().select().from(emails).where(eq(emails.id, id));
  return found ?? null;
}

/**
 * Makes mails due now, those that were given up too, for another three days. Without ids, all that failed at least once. Returns
 * how many there are. A courier sees them within seconds.
 */
export async function retryEmails(caller: Caller, ids: number[] | null): Promise<number> {
  requireOperator(caller);
  const now = clock.now();
  const hasFailed = or(isNotNull(failedAt), and(isNotNull(nextAttemptAt), isNotNull(emails.lastError)));
  const { retried } = await commit(caller, (tx) => ({
    retried: tx
      .update(emails)
      .set({ nextAttemptAt: now, giveUpAt: now + MAX_WAIT_MS, failedAt: null })
      .where(and(hasFailed, isNotNull(emails.text), ids === null ? undefined : inArray(emails.id, ids)))
      .returning({ id: emails.id }),
  }));
  return retried.length;
}
