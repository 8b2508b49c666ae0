import { desc } from "drizzle-orm";
import { type Caller, requireOperator } from "#accounts/caller.ts";
import { clock, SECOND_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { DELIVERY_FAILURES, DeliveryError } from "#accounts/emails/delivery-error.ts";
import { sendTestEmail } from "#accounts/emails/test-email.ts";
import { storageSentence } from "#accounts/storage-sentence.ts";
import { backupState, readBackupRecord } from "#db/backups.ts";
import { db, type EngineFacts, engineFacts } from "#db/engine.ts";
import { requireStorage } from "#db/lifecycle.ts";
import { auditEvents } from "#db/schema.ts";
import { checkDisks, checkFiles } from "./files.ts";
import type { Finding } from "./finding.ts";
import { checkAddress, checkProxies } from "./settings.ts";

/* What may be wrong with the machine and the settings, for `accounts doctor`. */

const MAX_CLOCK_ERROR_MS = 5 * SECOND_MS;

const WITHOUT_SERVER = {
  kept: "There is no mail server (SMTP_URL). Because PUBLIC_URL is this machine itself, mails are kept, and read at /mail/.",
  off: "There is no mail server (SMTP_URL), so mail is off: passwords can’t be reset and addresses can’t be confirmed.",
};

/** Runs every check, with an open database. `testRecipient` gets a mail. */
export async function examine(caller: Caller, testRecipient: string | null): Promise<Finding[]> {
  requireOperator(caller);
  const facts = await engineFacts();
  return [
    await checkDatabase(facts),
    await checkClock(facts),
    ...checkDisks(facts.bytes),
    ...checkFiles(),
    checkAddress(config()),
    checkProxies(config()),
    checkBackups(),
    await checkMail(caller, testRecipient),
  ];
}

async function checkDatabase({ product, problems }: EngineFacts): Promise<Finding> {
  try {
    await requireStorage();
  } catch (error) {
    const sentence = storageSentence(error);
    if (!sentence) throw error;
    return { check: "database", state: "failed", text: sentence };
  }
  if (problems.length > 0) return { check: "database", state: "failed", text: problems.join(" ") };
  return { check: "database", state: "ok", text: `${product} can be read and written.` };
}

async function checkClock({ now }: EngineFacts): Promise<Finding> {
  const here = clock.now();
  const [latest] = await db().select({ at: auditEvents.at }).from(auditEvents).orderBy(desc(auditEvents.at)).limit(1);
  const ahead = Math.max((latest?.at ?? 0) - here, Math.abs((now ?? here) - here));
  if (ahead <= MAX_CLOCK_ERROR_MS) return { check: "clock", state: "ok", text: `It is ${new Date(here).toISOString()}.` };
  const than = now !== null && Math.abs(now - here) > MAX_CLOCK_ERROR_MS ? "the database server’s" : "events that are on record";
  return { check: "clock", state: "failed", text: `The clock differs from ${than} by ${Math.round(ahead / SECOND_MS)} seconds. Use NTP.` };
}

function checkBackups(): Finding {
  const { backups, databaseFile, databaseUrl } = config();
  if (databaseUrl)
    return { check: "backups", state: "skipped", text: "Make them with PostgreSQL’s own tools: docs/operations.md says how." };
  const { made, failed } = readBackupRecord(databaseFile);
  const state = backupState(backups, clock.now());
  if (state === "off")
    return { check: "backups", state: "warning", text: "The service makes none by itself: set BACKUP_EVERY, unless cron does." };
  if (state === "ok") return { check: "backups", state: "ok", text: `The last one is ${made?.file}.` };
  return { check: "backups", state: "failed", text: failed?.reason ?? "There is no recent one. Is the service running?" };
}

async function checkMail(caller: Caller, recipient: string | null): Promise<Finding> {
  const { mail, mailFrom } = config();
  if (mail !== "smtp") return { check: "mail", state: mail === "off" ? "warning" : "ok", text: WITHOUT_SERVER[mail] };
  if (!recipient) return { check: "mail", state: "skipped", text: "Name an address of yours with --to, which gets a test mail." };
  try {
    await sendTestEmail(caller, recipient);
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    return { check: "mail", state: "failed", text: `${DELIVERY_FAILURES[error.failure]} (${error.message})` };
  }
  return {
    check: "mail",
    state: "ok",
    text: `The mail server accepted a test mail from ${mailFrom.address} to ${recipient}. Look whether it arrives.`,
  };
}
