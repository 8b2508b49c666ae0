import { type AuditEvent, allAuditEvents, publicAuditEvent } from "#accounts/audit.ts";
import { clock, instantText } from "#accounts/clock.ts";
import { seeOther } from "#app/forms/see-other.ts";
import { callerOf } from "#app/visitor/current.ts";
import type { Answer } from "#http/answer.ts";
import { answering, exported } from "#http/route.ts";
import { eventInWords } from "./event-words.ts";

type Format = { ending: string; type: string; write: (events: AuditEvent[]) => string };

/** The address of all activity as a file. */
export function activityFile({ ending, type, write }: Format) {
  return exported(
    answering(async (_request, requestId): Promise<Answer> => {
      const caller = await callerOf(requestId);
      if (caller.kind !== "user") return seeOther(`/login/?next=${encodeURIComponent("/security/")}`);
      const day = instantText(clock.now()).slice(0, "2026-11-23".length);
      const headers = {
        "content-type": type,
        "content-disposition": `attachment; filename="activity-${day}.${ending}"`,
        "cache-control": "no-store",
      };
      return { status: 200, headers, body: write(await allAuditEvents(caller)) };
    }),
  );
}

export const asJson = (events: AuditEvent[]) => `${JSON.stringify({ events: events.map(publicAuditEvent) }, null, 2)}\n`;

/** For spreadsheets (RFC 4180). */
export function asCsv(events: AuditEvent[]): string {
  const rows = events.map((event) => {
    const { id, at, type, device, ip, session_id, detail } = publicAuditEvent(event);
    return [id, at, type, eventInWords(event).what, device, ip, session_id, detail];
  });
  return [["id", "at", "type", "what", "device", "ip", "session_id", "detail"], ...rows]
    .map((row) => `${row.map(cell).join(",")}\r\n`)
    .join("");
}

/** A cell that no spreadsheet takes for a formula (OWASP CSV Injection). */
function cell(value: string | number | null): string {
  const text = String(value ?? "");
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
