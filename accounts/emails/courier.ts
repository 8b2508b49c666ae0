import { and, eq, gt, lte, or, type SQL, sql } from "drizzle-orm";
import { housekeeping } from "#accounts/caller.ts";
import { clock, HOUR_MS, MINUTE_MS, SECOND_MS } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { db } from "#db/engine.ts";
import { processWide } from "#db/process-wide.ts";
import { emails } from "#db/schema.ts";
import { DeliveryError } from "./delivery-error.ts";
import type { EmailKind } from "./email-data.ts";
import { withOtherEnd } from "./letters.ts";
import { beginLink } from "./links.ts";
import { composeMessage } from "./message.ts";
import { onQueued } from "./outbox.ts";
import { DELIVERY_TIMES, type DeliveryTimes, deliver, type SmtpServer, smtpServer } from "./smtp.ts";

/*
 * Sends what is in the outbox. Every process that serves has a courier; a lease on the row lets one of them make an attempt.
 * Each mail is sent at least once, and once only unless a process ends between the mail server's answer and the commit.
 */

const MAX_AT_ONCE = 10;
const MAX_RETRIES_AT_ONCE = 5; // so that mails which fail again and again leave room for new ones
const LOOK_MS = 10 * SECOND_MS; // for mails of other processes, and for those that are due again
const FIRST_WAIT_MS = MINUTE_MS;
const LONGEST_WAIT_MS = 4 * HOUR_MS;
const LEASE_MARGIN_MS = MINUTE_MS; // for building the message and for a slow commit
const STOP_PATIENCE_MS = 5 * SECOND_MS;

/** The mail to a deleted user, of whom nothing stays. */
const LAST: EmailKind = "deleted";

type Email = typeof emails.$inferSelect;

/** What became of an attempt, for the log. It names no address. */
export type Attempt = {
  event: "email.sent" | "email.delayed" | "email.failed";
  emailId: number;
  kind: string;
  attempt: number;
  reason: string | null;
};

type Settings = { server: SmtpServer; report: (attempt: Attempt) => void; times?: DeliveryTimes; lookMs?: number; stopPatienceMs?: number };

export class Courier {
  readonly #settings: Required<Settings>;
  readonly #underWay = new Map<number, { done: Promise<void>; isRetry: boolean }>();
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #lookAgain = false;
  /** After a failure that concerns every mail nothing more is begun until the next look. */
  #isPaused = false;

  constructor(settings: Settings) {
    this.#settings = { times: DELIVERY_TIMES, lookMs: LOOK_MS, stopPatienceMs: STOP_PATIENCE_MS, ...settings };
  }

  /** Begins to look for mails, at once and then regularly. The timer doesn't keep the process alive. */
  start(): void {
    const look = () => {
      this.#isPaused = false;
      this.call();
    };
    clearInterval(this.#timer);
    this.#timer = setInterval(look, this.#settings.lookMs).unref();
    look();
  }

  /** Looks for mails that are due and begins to send them. Never throws. */
  call(): void {
    this.#lookAgain = true;
    if (!this.#isLooking) void this.#look();
  }

  /** Begins nothing more, waits a moment for what is under way, and leaves the rest to the next courier. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#isPaused = true;
    this.#timer = undefined;
    const timer = setTimeout(() => this.#abort.abort(new Error("The service is stopping.")), this.#settings.stopPatienceMs);
    await this.settled();
    clearTimeout(timer);
  }

  /** Waits until nothing is under way. */
  async settled(): Promise<void> {
    while (this.#isLooking || this.#underWay.size > 0) {
      await Promise.all([...this.#underWay.values()].map(({ done }) => done));
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    try {
      while (this.#lookAgain && !this.#isPaused) {
        this.#lookAgain = false;
        for (const email of await this.#due()) this.#begin(email);
      }
    } catch {
      // the database is locked or gone: the next look tries again
    } finally {
      this.#isLooking = false;
    }
  }

  /** Mails that are due, new ones first, as many as there is room for. */
  async #due(): Promise<Email[]> {
    const under = [...this.#underWay.values()];
    const room = MAX_AT_ONCE - under.length;
    const now = clock.now();
    // No wait is longer: such an instant was stored before the clock was set back.
    const isDue = or(lte(emails.nextAttemptAt, now), gt(emails.nextAttemptAt, now + LONGEST_WAIT_MS));
    const select = (condition: SQL, limit: number) =>
      db().select().from(emails).where(and(isDue, condition)).orderBy(emails.nextAttemptAt).limit(Math.max(0, limit));
    const fresh = await select(eq(emails.attempts, 0), room);
    const retries = Math.min(MAX_RETRIES_AT_ONCE - under.filter(({ isRetry }) => isRetry).length, room - fresh.length);
    return [...fresh, ...(await select(gt(emails.attempts, 0), retries))].filter(({ id }) => !this.#underWay.has(id));
  }

  #begin(email: Email): void {
    const done = this.#attempt(email)
      .catch(() => {
        this.#isPaused = true; // the database takes no writes: the attempt is made again when the lease ends
      })
      .then(() => {
        this.#underWay.delete(email.id);
        this.call();
      });
    this.#underWay.set(email.id, { done, isRetry: email.attempts > 0 });
  }

  async #attempt(seen: Email): Promise<void> {
    const email = await lease(seen, this.#settings.times.total + LEASE_MARGIN_MS);
    if (!email) return;
    const report = (event: Attempt["event"], reason: string | null = null) =>
      this.#settings.report({ event, emailId: email.id, kind: email.kind, attempt: email.attempts, reason });
    if (email.giveUpAt <= clock.now()) {
      await settle(email, { nextAttemptAt: null, failedAt: clock.now(), lastError: seen.lastError ?? "too_late" });
      return report("email.failed", "too_late");
    }
    const sentAt = clock.now();
    try {
      const message = await composeMessage(withItsEnd(email, sentAt));
      await deliver(this.#settings.server, message, { times: this.#settings.times, signal: this.#abort.signal });
    } catch (error) {
      if (this.#abort.signal.aborted) return settle(email, { nextAttemptAt: clock.now() });
      return this.#failed(email, error, report);
    }
    await settle(email, { nextAttemptAt: null, sentAt, lastError: null, text: null, html: null });
    report("email.sent");
  }

  async #failed(email: Email, error: unknown, report: (event: Attempt["event"], reason: string) => void): Promise<void> {
    const known = error instanceof DeliveryError ? error : null;
    if (known?.isOfServer) this.#isPaused = true;
    const reason = known?.failure ?? "unknown";
    const lastError = known?.message ?? "unknown";
    const nextAttemptAt = clock.now() + waitAfter(email.attempts);
    if (known?.isFinal || nextAttemptAt >= email.giveUpAt) {
      await settle(email, { nextAttemptAt: null, failedAt: clock.now(), lastError });
      return report("email.failed", reason);
    }
    await settle(email, { nextAttemptAt, lastError });
    report("email.delayed", reason);
  }
}

/** One minute after the first attempt, then twice as long each time, up to four hours. */
export const waitAfter = (attempts: number): number => Math.min(FIRST_WAIT_MS * 2 ** (attempts - 1), LONGEST_WAIT_MS);

/** Takes a mail for one attempt, unless another courier was faster. If the process dies, the mail is due again when the lease ends. */
async function lease({ id, attempts, nextAttemptAt }: Email, ms: number): Promise<Email | undefined> {
  const unchanged = and(eq(emails.id, id), eq(emails.attempts, attempts), eq(emails.nextAttemptAt, nextAttemptAt ?? 0));
  const { taken } = await commit(housekeeping, (tx) => ({
    taken: tx
      .update(emails)
      .set({ attempts: sql`${emails.attempts} + 1`, nextAttemptAt: clock.now() + ms })
      .where(unchanged)
      .returning(),
  }));
  return taken[0];
}

/** The mail as it is sent at this instant, when the time of its link begins. */
function withItsEnd(email: Email, at: number): Email {
  const { text, html, linkMs, createdAt } = email;
  if (linkMs === null) return email;
  const renewed = (words: string | null) => words && withOtherEnd(words, createdAt + linkMs, at + linkMs);
  return { ...email, text: renewed(text), html: renewed(html) };
}

/**
 * Stores what became of an attempt, unless its lease has ended and another attempt was begun. The time of its link begins when it
 * was sent; if it never is, the link ends as if it had been sent at once.
 */
async function settle(email: Email, outcome: Partial<Email>): Promise<void> {
  const { id, attempts, createdAt, kind } = email;
  const unchanged = and(eq(emails.id, id), eq(emails.attempts, attempts));
  const begunAt = outcome.sentAt ?? (outcome.failedAt ? createdAt : null);
  await commit(housekeeping, (tx) => ({
    link: begunAt !== null && beginLink(tx, email, begunAt),
    settled: outcome.sentAt && kind === LAST ? tx.delete(emails).where(unchanged) : tx.update(emails).set(outcome).where(unchanged),
  }));
}

const shared = processWide("courier", () => ({ courier: undefined as Courier | undefined }));

/** Starts this process's courier, if there is a mail server. `report` is told what becomes of each attempt, and must not throw. */
export function startCourier(report: Settings["report"]): void {
  const { mail, smtpUrl } = config();
  if (mail !== "smtp" || !smtpUrl || shared.courier) return;
  const courier = new Courier({ server: smtpServer(smtpUrl), report });
  shared.courier = courier;
  onQueued(() => courier.call());
  courier.start();
}

/** Stops this process's courier: within seconds, nothing is under way any more. */
export async function stopCourier(): Promise<void> {
  await shared.courier?.stop();
}
