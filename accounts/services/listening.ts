import { and, gt, lte } from "drizzle-orm";
import type { AuditEvent } from "#accounts/audit.ts";
import { onCommitted } from "#accounts/commit.ts";
import { AccountsError } from "#accounts/errors.ts";
import { db, lastEvent, settledEvents } from "#db/engine.ts";
import { processWide } from "#db/process-wide.ts";
import { auditEvents } from "#db/schema.ts";

/*
 * Requests that wait for events. The process looks once for all of them: at once after a commit of its own, and every LOOK_MS for
 * those of other processes and machines. A thousand listeners cost as much as one until something happens.
 */

export const MAX_EVENTS = 500; // in one answer
const LOOK_MS = 100;
const MAX_LISTENERS = 10_000;

export type EventPage = { events: AuditEvent[]; position: number };

type Listener = {
  /** It has got, or doesn't want, what is up to here. */
  position: number;
  types: Set<string> | null;
  answer: (page: EventPage | "look") => void;
};

const shared = processWide("event-listeners", () => ({
  listeners: new Set<Listener>(),
  /** All listeners have been told what is up to here. */
  position: 0,
  timer: undefined as NodeJS.Timeout | undefined,
  isLooking: false,
  looksAgain: false,
  isOver: false,
  hearsCommits: false,
}));

/**
 * Waits until there are events of these types after a position, or for `waitMs`; then the page is empty. Returns “look” if the
 * caller has to read by itself. Throws `overloaded`.
 */
export function nextEvents(position: number, types: Set<string> | null, waitMs: number, signal?: AbortSignal): Promise<EventPage | "look"> {
  if (shared.isOver || signal?.aborted) return Promise.resolve({ events: [], position });
  if (shared.listeners.size >= MAX_LISTENERS) throw new AccountsError("overloaded", { retryAfterSeconds: 5 });
  if (shared.listeners.size === 0) begin(position);
  else if (position < shared.position) return Promise.resolve("look"); // the others were told meanwhile
  return new Promise((resolve) => {
    const listener: Listener = { position, types, answer };
    const timer = setTimeout(() => leave(), waitMs).unref();
    const leave = () => answer({ events: [], position: listener.position });
    signal?.addEventListener("abort", leave);
    function answer(page: EventPage | "look"): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", leave);
      shared.listeners.delete(listener);
      if (shared.listeners.size === 0) end();
      resolve(page);
    }
    shared.listeners.add(listener);
  });
}

/** Answers all who wait; from then on nobody waits. For a process that stops. */
export function endListening(): void {
  shared.isOver = true;
  for (const { answer, position } of [...shared.listeners]) answer({ events: [], position });
}

function begin(position: number): void {
  shared.position = position;
  shared.timer = setInterval(() => void look(), LOOK_MS).unref();
  if (!shared.hearsCommits) onCommitted(() => void look());
  shared.hearsCommits = true;
}

function end(): void {
  clearInterval(shared.timer);
}

/** Looks for new events and tells the listeners, one look at a time. */
async function look(): Promise<void> {
  if (shared.listeners.size === 0) return;
  shared.looksAgain = shared.isLooking;
  if (shared.isLooking) return;
  shared.isLooking = true;
  try {
    do {
      shared.looksAgain = false;
      if ((await lastEvent()) > shared.position) await tell();
    } while (shared.looksAgain && shared.listeners.size > 0);
  } catch {
    // The database can't be read: the next look tries again.
  } finally {
    shared.isLooking = false;
  }
}

async function tell(): Promise<void> {
  const from = shared.position;
  const end = (await settledEvents()) ?? (await lastEvent());
  const events = await db()
    .select()
    .from(auditEvents)
    .where(and(gt(auditEvents.id, from), lte(auditEvents.id, end)))
    .orderBy(auditEvents.id)
    .limit(MAX_EVENTS);
  const isAll = events.length < MAX_EVENTS;
  const position = isAll ? Math.max(from, end) : (events.at(-1)?.id ?? end);
  if (shared.position !== from) return; // all listeners left meanwhile, and others came
  shared.position = position;
  shared.looksAgain ||= !isAll;
  const endsKey = events.some(({ type }) => type === "service_key.revoked");
  for (const listener of [...shared.listeners]) {
    const wanted = events.filter(({ id, type }) => id > listener.position && (listener.types?.has(type) ?? true));
    if (endsKey) listener.answer("look");
    else if (wanted.length > 0) listener.answer({ events: wanted, position: Math.max(listener.position, position) });
    else listener.position = Math.max(listener.position, position);
  }
}
