import { and, desc, eq, isNotNull } from "drizzle-orm";
import { AccountsError } from "#accounts/errors.ts";
import { db } from "#db/engine.ts";
import { emails } from "#db/schema.ts";
import { isMailboxKey } from "./mailbox-key.ts";
import { composeMessage } from "./message.ts";

/* The mails of a service that somebody tries on this machine: kept, and shown at /mail/ to whoever has the key. */

const MAX_SHOWN = 100;

/** A kept mail. */
export type KeptEmail = typeof emails.$inferSelect & { text: string; html: string };

function requireMailboxKey(key = ""): void {
  if (!isMailboxKey(key)) throw new AccountsError("not_found");
}

/** The latest mails, newest first. Throws `not_found` without the key. */
export async function listKeptEmails(key: string | undefined): Promise<KeptEmail[]> {
  requireMailboxKey(key);
  const kept = await db().select().from(emails).where(isNotNull(emails.text)).orderBy(desc(emails.id)).limit(MAX_SHOWN);
  return kept as KeptEmail[];
}

/** A mail and its source, as it would be sent. Throws `not_found`, also without the key. */
export async function findKeptEmail(key: string | undefined, id: number): Promise<{ email: KeptEmail; source: string }> {
  requireMailboxKey(key);
  const [found] = await db()
    .select()
    .from(emails)
    .where(and(eq(emails.id, id), isNotNull(emails.text)));
  if (!found) throw new AccountsError("not_found");
  const { source } = await composeMessage(found);
  return { email: found as KeptEmail, source: source.toString() };
}
