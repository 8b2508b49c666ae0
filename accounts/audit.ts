import { and, count, desc, eq, gt, gte, inArray, isNull, lt, lte, min, ne, type SQL, sql } from "drizzle-orm";
import { insertFrom } from "#db/dialect.ts";
import { type Db, db, settledEvents } from "#db/engine.ts";
import { auditEvents } from "#db/schema.ts";
import { placeholders, statement } from "#db/statements.ts";
import { type Actor, type Caller, requireReader, requireUser } from "./caller.ts";
import { clock, DAY_MS, instantText } from "./clock.ts";
import { RECORDED, recorded } from "./commit.ts";
import type { ActivityInput, AUDIT_EVENT_TYPES } from "./contract/api-schemas.ts";
import type { AuditEventView } from "./contract/views.ts";

export const AUDIT_KEPT_DAYS = 400;
export const AUDIT_KEPT_MS = AUDIT_KEPT_DAYS * DAY_MS;

/** The detail of a sign-in on a device that was new to the account, and how long it is news. */
export const NEW_DEVICE = "new device";
const NEW_DEVICE_DAYS = 30;

export type AuditEventType = (typeof AUDIT_EVENT_TYPES)[number];

type Subject = {
  /** The user the event is about; a subselect where the id is not known yet. */
  userId: number | SQL;
  sessionId?: number;
  /** More about the event, such as a reason or an old value; never a secret. */
  detail?: string;
};

/** The statement that records an event. It belongs in the same commit as the change it records. */
export function auditEvent(tx: Db, actor: Actor, type: AuditEventType, { userId, sessionId, detail }: Subject) {
  const { ip } = actor;
  const device = actor.device();
  const values = { userId, type, at: clock.now(), ip, device, sessionId: sessionId ?? null, detail: detail ?? null };
  return recorded(typeof userId === "number" ? insertEvent(values) : tx.insert(auditEvents).values(values).returning(RECORDED));
}

const insertEvent = statement((db) => {
  const { id, ...values } = placeholders(auditEvents);
  return db.insert(auditEvents).values(values).returning(RECORDED);
});

/** Like `auditEvent`, but only if `condition` holds at this point of the commit. */
export function auditEventIf(tx: Db, caller: Caller, condition: SQL, type: AuditEventType, { userId, sessionId, detail }: Subject) {
  const { ip } = caller;
  const device = caller.device();
  const values = { userId: sql`${userId}`, type, at: clock.now(), ip, device, sessionId: sessionId ?? null, detail: detail ?? null };
  return recorded(insertFrom(tx, auditEvents, values, sql`where ${condition}`).returning(RECORDED));
}

export type AuditEvent = typeof auditEvents.$inferSelect;
/** What the API can ask for; for pages several types at once; for the operator a period, from `since` until before `until`. */
export type EventQuery = ActivityInput & { types?: AuditEventType[]; since?: number; until?: number };
export type AuditEventPage = { events: AuditEvent[]; nextCursor: string | null };

/**
 * The events of the caller's account, newest first: at most `limit` that are older than `cursor`. `nextCursor` is null on the
 * last page. Events are kept for AUDIT_KEPT_DAYS. Throws `authentication_required`.
 */
export async function listAuditEvents(caller: Caller, query: EventQuery): Promise<AuditEventPage> {
  requireReader(caller);
  return eventsOfUser(caller.user.id, query);
}

const EXPORTED_AT_ONCE = 1_000;

/** All events of the caller's account, newest first. Throws `authentication_required`. */
export async function allAuditEvents(caller: Caller): Promise<AuditEvent[]> {
  const all: AuditEvent[] = [];
  let cursor: string | undefined;
  do {
    const { events, nextCursor } = await listAuditEvents(caller, { cursor, limit: EXPORTED_AT_ONCE });
    all.push(...events);
    cursor = nextCursor ?? undefined;
  } while (cursor);
  return all;
}

/**
 * The newest sign-in to the caller's account on a device that was new to it, by another session, within the last NEW_DEVICE_DAYS;
 * null if there is none. The first sign-in of all is no news. Throws `authentication_required`.
 */
export async function newDeviceSignIn(caller: Caller): Promise<AuditEvent | null> {
  requireUser(caller);
  const opened = and(eq(auditEvents.userId, caller.user.id), eq(auditEvents.type, "session.opened"));
  const [first] = await db()
    .select({ id: min(auditEvents.id) })
    .from(auditEvents)
    .where(opened);
  const [event] = await db()
    .select()
    .from(auditEvents)
    .where(
      and(
        opened,
        eq(auditEvents.detail, NEW_DEVICE),
        ne(auditEvents.sessionId, caller.session.id),
        gt(auditEvents.id, first?.id ?? 0),
        gt(auditEvents.at, clock.now() - NEW_DEVICE_DAYS * DAY_MS),
      ),
    )
    .orderBy(desc(auditEvents.id))
    .limit(1);
  return event ?? null;
}

/** Like `listAuditEvents`, for any user: whoever calls it checks who may see them. */
export const eventsOfUser = (userId: number, query: EventQuery): Promise<AuditEventPage> => pageOf(eq(auditEvents.userId, userId), query);

/** The same of everybody. */
export const eventsOfEverybody = (query: EventQuery): Promise<AuditEventPage> => pageOf(undefined, query);

async function pageOf(whose: SQL | undefined, { cursor, limit, type, types, since, until }: EventQuery): Promise<AuditEventPage> {
  const settled = await settledEvents();
  const rows = await db()
    .select()
    .from(auditEvents)
    .where(
      and(
        whose,
        since === undefined ? undefined : gte(auditEvents.at, since),
        until === undefined ? undefined : lt(auditEvents.at, until),
        settled === undefined ? undefined : lte(auditEvents.id, settled),
        type === undefined ? undefined : eq(auditEvents.type, type),
        types === undefined ? undefined : inArray(auditEvents.type, types),
        cursor === undefined ? undefined : lt(auditEvents.id, Number(cursor)),
      ),
    )
    .orderBy(desc(auditEvents.id))
    .limit(limit + 1);
  const events = rows.slice(0, limit);
  return { events, nextCursor: rows.length > limit ? String(events.at(-1)?.id) : null };
}

/** The number of failed log-ins since the caller's previous log-in, and the instant of that log-in. */
export async function failedLoginsSinceLastVisit(caller: Caller): Promise<{ count: number; since: number }> {
  requireUser(caller);
  const own = eq(auditEvents.userId, caller.user.id);
  const [lastVisit] = await db()
    .select({ id: auditEvents.id, at: auditEvents.at })
    .from(auditEvents)
    .where(and(own, eq(auditEvents.type, "session.opened"), ne(auditEvents.sessionId, caller.session.id)))
    .orderBy(desc(auditEvents.id))
    .limit(1);
  const [failures] = await db()
    .select({ count: count() })
    .from(auditEvents)
    .where(and(own, eq(auditEvents.type, "login.failed"), isNull(auditEvents.detail), gt(auditEvents.id, lastVisit?.id ?? 0)));
  return { count: failures?.count ?? 0, since: lastVisit?.at ?? caller.user.createdAt };
}

/** The public view of an event. */
export function publicAuditEvent(event: AuditEvent): AuditEventView {
  return {
    id: event.id,
    type: event.type,
    at: instantText(event.at),
    ip: event.ip,
    device: event.device,
    session_id: event.sessionId,
    detail: event.detail,
  };
}
