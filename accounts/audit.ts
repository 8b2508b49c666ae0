import type { sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { auditEvents } from "#db/schema.ts";
import type { Caller } from "./caller.ts";
import { clock } from "./clock.ts";

/** Everything that is put on record. */
export const AUDIT_EVENT_TYPES = [
  "user.registered",
  "user.deleted",
  "session.opened",
  "session.renamed",
  "session.revoked",
  "session.expired",
  "login.failed",
  "login.limited",
  "password.changed",
  "profile.changed",
  "email.changed",
  "username.changed",
  "avatar.changed",
  "status.changed",
] as const;

export type AuditEventType = (typeof AUDIT_EVENT_TYPES)[number];

type Subject = {
  /** The user it happened to; a statement's own subselect where the id is not known yet. */
  userId: number | ReturnType<typeof sql>;
  sessionId?: number;
  /** What a person wants to know beside the type: a reason, an old value; never a secret. */
  detail?: string;
};

/** The statement that records an event; it belongs into the same commit as what it records. */
export function auditEvent(tx: Db, caller: Caller, type: AuditEventType, { userId, sessionId, detail }: Subject) {
  return tx.insert(auditEvents).values({
    userId: userId as number,
    type,
    at: clock.now(),
    ip: caller.ip,
    device: caller.device,
    sessionId: sessionId ?? null,
    detail: detail ?? null,
  });
}
