import { type AuditEventPage, type AuditEventType, publicAuditEvent } from "#accounts/audit.ts";
import { operator } from "#accounts/caller.ts";
import { AUDIT_EVENT_TYPES } from "#accounts/contract/api-schemas.ts";
import { idFrom } from "#accounts/contract/fields.ts";
import { listAuditEventsOf } from "#accounts/operator.ts";
import { listEverybodysEvents, usernamesOf } from "#accounts/operator-lists.ts";
import {
  type Answer,
  type Command,
  CommandError,
  type Given,
  noteOfMore,
  numberOption,
  openAccounts,
  table,
  textOption,
  userNamed,
} from "./command.ts";
import { secondOf, TIME, timeOption } from "./times.ts";

const DEFAULT_EVENTS = 50;
const MAX_EVENTS = 10_000;

export const auditCommands: Record<string, Command> = {
  list: {
    summary: "Show the audit log of a user, or of everybody, newest first. For deleted users, give the id.",
    options: {
      user: { value: "USER", help: "of this user only: id, email address or username" },
      type: { value: "TYPE", help: "only this type, such as login.failed" },
      since: { value: "TIME", help: `only from then on: ${TIME}` },
      until: { value: "TIME", help: "only what was before" },
      limit: { value: "NUMBER", help: `number of rows (default ${DEFAULT_EVENTS})` },
      cursor: { value: "ID", help: "continue after this event" },
    },
    examples: [
      "audit list --since 24h",
      "audit list --type login.limited --since 7d",
      "audit list --user ada.lovelace --since 2026-12-01 --until 2026-12-02",
    ],
    run: showAuditEvents,
  },
};

async function showAuditEvents(given: Given): Promise<Answer> {
  const query = {
    limit: numberOption(given, "limit", MAX_EVENTS) ?? DEFAULT_EVENTS,
    cursor: numberOption(given, "cursor", Number.MAX_SAFE_INTEGER)?.toString(),
    type: eventType(textOption(given, "type")),
    since: timeOption(given, "since"),
    until: timeOption(given, "until"),
  };
  const name = textOption(given, "user");
  await openAccounts();
  return name === undefined ? ofEverybody(await listEverybodysEvents(operator, query)) : ofUser(name, query);
}

async function ofUser(name: string, query: Parameters<typeof listAuditEventsOf>[2]): Promise<Answer> {
  const { events: found, nextCursor } = await listAuditEventsOf(operator, idFrom(name) ?? (await userNamed(name)).id, query);
  const events = found.map(publicAuditEvent);
  const rows = events.map(({ at, type, ip, device, session_id, detail }) => [secondOf(at), type, ip, device, session_id, detail]);
  return {
    json: { events, next_cursor: nextCursor },
    text: table(["AT", "TYPE", "ADDRESS", "DEVICE", "SESSION", "DETAIL"], rows),
    note: noteOfMore(nextCursor),
  };
}

async function ofEverybody({ events: found, nextCursor }: AuditEventPage): Promise<Answer> {
  const names = await usernamesOf(
    operator,
    found.map(({ userId }) => userId),
  );
  const events = found.map((event) => ({
    ...publicAuditEvent(event),
    user_id: event.userId || null,
    username: names.get(event.userId) ?? null,
  }));
  const rows = events.map(({ at, username, user_id, type, ip, device, detail }) => [
    secondOf(at),
    username ?? user_id,
    type,
    ip,
    device,
    detail,
  ]);
  return {
    json: { events, next_cursor: nextCursor },
    text: table(["AT", "USER", "TYPE", "ADDRESS", "DEVICE", "DETAIL"], rows),
    note: noteOfMore(nextCursor),
  };
}

function eventType(text: string | undefined): AuditEventType | undefined {
  const type = AUDIT_EVENT_TYPES.find((known) => known === text);
  if (text !== undefined && !type) throw new CommandError(`--type must be one of ${AUDIT_EVENT_TYPES.join(", ")}.`);
  return type;
}
