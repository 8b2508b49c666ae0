import { and, count, desc, eq, gt, isNull, lt, ne, type SQL, sql } from "drizzle-orm";
import { insertFrom } from "#db/dialect.ts";
import { type Db, db } from "#db/engine.ts";
import { auditEvents } from "#db/schema.ts";
import { placeholders, statement } from "#db/statements.ts";
import { type Caller, requireUser } from "./caller.ts";
import { clock, DAY_MS, instantText } from "./clock.ts";
import { RECORDED, recorded } from "./commit.ts";
import type { ActivityInput, AUDIT_EVENT_TYPES } from "./contract/schemas.ts";
import type { AuditEventView } from "./contract/views.ts";

export const AUDIT_KEPT_DAYS = 400;
export const AUDIT_KEPT_MS = AUDIT_KEPT_DAYS * DAY_MS;

export type AuditEventType = (typeof AUDIT_EVENT_TYPES)[number];

type Subject = {
  /** The user the event is about; a subselect where the id is not known yet. */
  userId: number | SQL;
  sessionId?: number;
  /** More about the event, such as a reason or an old value; never a secret. */
  detail?: string;
};

/** The statement that records an event. It belongs in the same commit as the change it records. */
export function auditEvent(tx: Db, caller: Caller, type: AuditEventType, { userId, sessionId, detail }: Subject) {
  const { ip } = caller;
  const device = caller.device();
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
export type AuditEventPage = { events: AuditEvent[]; nextCursor: string | null };

/**
 * The events of the caller's account, newest first: at most `limit` that are older than `cursor`. `nextCursor` is null on the
 * last page. Events are kept for AUDIT_KEPT_DAYS. Throws `authentication_required`.
 */
export async function listAuditEvents(caller: Caller, { cursor, limit, type }: ActivityInput): Promise<AuditEventPage> {
  requireUser(caller);
  return eventsOfUser(caller.user.id, { cursor, limit, type });
}

/** Like `listAuditEvents`, for any user: whoever calls it checks who may see them. */
export async function eventsOfUser(userId: number, { cursor, limit, type }: ActivityInput): Promise<AuditEventPage> {
  const rows = await db()
    .select()
    .from(auditEvents)
    .where(
      and(
        eq(auditEvents.userId, userId),
        type === undefined ? undefined : eq(auditEvents.type, type),
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
