import type { AuditEvent, AuditEventType } from "#accounts/audit.ts";
import { AUDIT_EVENT_TYPES } from "#accounts/contract/api-schemas.ts";
import { dayHeading } from "#app/times/time-words.ts";
import type { Reader } from "#app/visitor/reader.ts";

/** The kinds of events, by which the list can be filtered, with their labels. Whatever isn't listed below is a change. */
export const GROUPS = { "signed-in": "Sign-ins", failed: "Failed sign-ins", "signed-out": "Sign-outs", changed: "Changes" } as const;
export type Group = keyof typeof GROUPS;

const GROUP_OF: Record<string, Group> = {
  "session.opened": "signed-in",
  "session.revoked": "signed-out",
  "session.expired": "signed-out",
  "login.failed": "failed",
  "login.limited": "failed",
};

export const groupOf = (type: string): Group => GROUP_OF[type] ?? "changed";

/** The types of a group; undefined if there is no such group. */
export function typesOf(group: unknown): AuditEventType[] | undefined {
  if (typeof group !== "string" || !Object.hasOwn(GROUPS, group)) return undefined;
  return AUDIT_EVENT_TYPES.filter((type) => groupOf(type) === group);
}

/** The same thing that happened several times in a row, newest first. */
export type Run = [AuditEvent, ...AuditEvent[]];

/** Events by day, as the reader calls the days; what repeats itself within a day is one run. */
export function byDay(events: AuditEvent[], now: Date, reader: Reader): { heading: string; runs: Run[] }[] {
  const days: { heading: string; runs: Run[] }[] = [];
  for (const event of events) {
    const heading = dayHeading(new Date(event.at), now, reader);
    let day = days.at(-1);
    if (day?.heading !== heading) {
      day = { heading, runs: [] };
      days.push(day);
    }
    const run = day.runs.at(-1);
    if (run && isSame(run[0], event)) run.push(event);
    else day.runs.push([event]);
  }
  return days;
}

const isSame = (one: AuditEvent, other: AuditEvent) =>
  (["type", "detail", "device", "ip", "sessionId"] as const).every((name) => one[name] === other[name]);
