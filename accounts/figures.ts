import { setImmediate as turn } from "node:timers/promises";
import { count, isNotNull, sql } from "drizzle-orm";
import { db } from "#db/engine.ts";
import { emails, sessions } from "#db/schema.ts";
import { clock } from "./clock.ts";

/* How much there is, for the operator. */

const SLICE = 10_000; // a millisecond

/** The number of live sessions. Counts along an index in slices, between which other requests are answered. */
export async function countLiveSessions(slice = SLICE): Promise<number> {
  let total = 0;
  for (let from = { expiresAt: clock.now(), id: Number.MAX_SAFE_INTEGER }; ; total += slice) {
    const isLater = sql`(${sessions.expiresAt}, ${sessions.id}) > (${from.expiresAt}, ${from.id})`;
    const [last] = await db()
      .select({ expiresAt: sessions.expiresAt, id: sessions.id })
      .from(sessions)
      .where(isLater)
      .orderBy(sessions.expiresAt, sessions.id)
      .limit(1)
      .offset(slice - 1);
    if (!last) {
      const [rest] = await db().select({ count: count() }).from(sessions).where(isLater);
      return total + (rest?.count ?? 0);
    }
    from = last;
    await turn();
  }
}

/** The number of mails that wait to be sent. */
export async function countEmailsWaiting(): Promise<number> {
  const [waiting] = await db().select({ count: count() }).from(emails).where(isNotNull(emails.nextAttemptAt));
  return waiting?.count ?? 0;
}
