import { and, gt, inArray, lte } from "drizzle-orm";
import { type AuditEvent, publicAuditEvent } from "#accounts/audit.ts";
import { type Caller, hasRight, requireService, type Service } from "#accounts/caller.ts";
import { clock, SECOND_MS } from "#accounts/clock.ts";
import { requireLiveKey } from "#accounts/commit.ts";
import { broken, type Rule } from "#accounts/contract/rules.ts";
import type { EventsInput } from "#accounts/contract/service-schemas.ts";
import type { ServiceEventView } from "#accounts/contract/service-views.ts";
import { AccountsError } from "#accounts/errors.ts";
import { db, lastEvent, settledEvents } from "#db/engine.ts";
import { auditEvents } from "#db/schema.ts";
import { type EventPage, MAX_EVENTS, nextEvents } from "./listening.ts";

const MAX_IDS_READ = 10_000; // in one statement, so that rare types far back cost no more than others
const UNKNOWN: Rule = {
  code: "out_of_range",
  sentence: "There is no such position: a backup was restored, perhaps. Forget what you remember, and begin without “after”.",
};

/**
 * What happened after a position, in the order of commits and without a gap: at most MAX_EVENTS, or none. Then it waits for
 * `wait` seconds until something happens, or `signal` says that nobody waits any more. An answer may have no events and a later
 * position; `more` is false only if nothing can have happened behind it.
 * Without `after` it is the present position. Needs the right `read_events`; email addresses in `detail` also `read_emails`.
 * Throws `validation_failed` for a position that was never reached, and `overloaded`.
 */
export async function listEvents(caller: Caller, input: EventsInput, signal?: AbortSignal): Promise<EventPage & { more: boolean }> {
  requireService(caller, "read_events");
  const page = await pageAfter(caller, input, signal);
  return { ...page, more: page.position < (await lastEventNow()) };
}

async function pageAfter(caller: Service, { after, types, wait }: EventsInput, signal?: AbortSignal): Promise<EventPage> {
  if (after === undefined) return { events: [], position: await endOfEvents() };
  if (Number(after) > (await lastEvent())) throw new AccountsError("validation_failed", { fields: [broken("after", UNKNOWN)] });
  const wanted = types === undefined ? null : new Set(types.split(","));
  const until = clock.running() + wait * SECOND_MS;
  for (let position = Number(after); ; ) {
    const { isEnd, ...page } = await readPage(position, wanted);
    await requireLiveKey(caller); // its end behind this page wakes whoever waits, one before it doesn't
    if (page.events.length > 0 || !isEnd || clock.running() >= until) return page;
    const next = await nextEvents(page.position, wanted, until - clock.running(), signal);
    if (next !== "look") return next;
    position = page.position;
  }
}

/** The view of an event for a service. */
export function serviceEvent(caller: Service, event: AuditEvent): ServiceEventView {
  const hidesDetail = event.type.startsWith("email.") && !hasRight(caller, "read_emails");
  return { ...publicAuditEvent(event), ...(hidesDetail && { detail: null }), user_id: event.userId || null };
}

let reading: Promise<number> | undefined;

/** The last event drawn now. Those who ask at the same time share a read. */
function lastEventNow(): Promise<number> {
  reading ??= lastEvent().finally(() => {
    reading = undefined;
  });
  return reading;
}

/** The position up to which every commit has ended. */
const endOfEvents = async (): Promise<number> => (await settledEvents()) ?? lastEvent();

/** The events of some types after a position; `isEnd` if there can be no more. */
async function readPage(after: number, types: Set<string> | null): Promise<EventPage & { isEnd: boolean }> {
  const end = await endOfEvents();
  const to = Math.min(end, after + MAX_IDS_READ);
  const events = await db()
    .select()
    .from(auditEvents)
    .where(and(gt(auditEvents.id, after), lte(auditEvents.id, to), types ? inArray(auditEvents.type, [...types]) : undefined))
    .orderBy(auditEvents.id)
    .limit(MAX_EVENTS);
  const position = events.length < MAX_EVENTS ? Math.max(after, to) : (events.at(-1)?.id ?? to);
  return { events, position, isEnd: position >= end };
}
