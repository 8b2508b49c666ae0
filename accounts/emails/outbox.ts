import type { SQL } from "drizzle-orm";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { followedBy } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import type { Db } from "#db/engine.ts";
import { processWide } from "#db/process-wide.ts";
import { emails } from "#db/schema.ts";
import type { EmailData, EmailKind } from "./email-data.ts";
import { renderEmail } from "./templates.ts";

/* The outbox: a mail is a row in the commit of what it tells, and the courier sends it once that commit is on the disk. */

export const MAX_WAIT_MS = 3 * DAY_MS;
const EMAILS_KEPT_DAYS = 14;
export const EMAILS_KEPT_MS = EMAILS_KEPT_DAYS * DAY_MS;

/** A mail to queue. `userId` is null for an address without an account, and a subselect where the id is not known yet. */
export type Email = { [Kind in EmailKind]: { kind: Kind; to: string; userId: number | SQL | null; data: EmailData[Kind] } }[EmailKind];

/** How mail works: sent by a mail server, kept to be read at /mail/, or off. */
export const mailMode = () => config().mail;

/** Whether people can get mails. If not, nothing that needs one is offered. */
export const isMailOn = (): boolean => mailMode() !== "off";

const courier = processWide("courier-call", () => ({ call: () => {} }));

/** Sets whom this process calls when a commit has queued mails. */
export function onQueued(call: () => void): void {
  courier.call = call;
}

/**
 * The statement that queues a mail. It belongs in the commit of what the mail tells. Nothing while mail is off. The mail is sent
 * for three days at most, and never when its link has ended or could end too soon.
 */
export function email(tx: Db, { kind, to, userId, data }: Email) {
  if (!isMailOn()) return null;
  const now = clock.now();
  const linked = "expiresAt" in data ? data : null;
  const begins = linked?.begins;
  const lastAt = now + MAX_WAIT_MS;
  const giveUpAt = begins ? lastAt - begins.lifetimeMs : Math.min(lastAt, linked?.expiresAt ?? lastAt);
  const isSent = mailMode() === "smtp";
  const times = { createdAt: now, nextAttemptAt: isSent ? now : null, giveUpAt };
  const link = { linkHash: begins?.hash, linkMs: begins?.lifetimeMs };
  const row = { userId, kind, recipient: to, ...renderEmail(kind, data), ...times, ...link };
  return followedBy(tx.insert(emails).values(row), callCourier);
}

function callCourier(): void {
  courier.call();
}
