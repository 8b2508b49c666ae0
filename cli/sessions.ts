import { type AuditEventType, publicAuditEvent } from "#accounts/audit.ts";
import { operator } from "#accounts/caller.ts";
import { AUDIT_EVENT_TYPES } from "#accounts/contract/api-schemas.ts";
import { idFrom } from "#accounts/contract/fields.ts";
import { AccountsError } from "#accounts/errors.ts";
import {
  listAuditEventsOf,
  listSessionsOf,
  operatorRevokeAll,
  operatorRevokeEverybody,
  operatorRevokeSession,
} from "#accounts/operator.ts";
import { publicSession } from "#accounts/sessions/sessions.ts";
import {
  type Answer,
  type Command,
  CommandError,
  type Given,
  numberOption,
  openAccounts,
  second,
  table,
  textOption,
  userNamed,
} from "./command.ts";

const DEFAULT_EVENTS = 50;
const MAX_EVENTS = 10_000;

const user = { value: "USER", help: "the user: id, email address or username" };

export const sessionCommands: Record<string, Command> = {
  list: { summary: "List the live sessions of a user, last used first.", options: { user }, run: showSessions },
  revoke: {
    summary: "End sessions by their ids, with --user and --all every session of a user, or with --everybody every session of all users.",
    operands: "[ID...]",
    options: { user, all: { help: "every session of the user" }, everybody: { help: "every session of every user" } },
    run: revokeSessions,
  },
};

export const auditCommands: Record<string, Command> = {
  list: {
    summary: "Show a user’s audit log, newest first. For deleted users, give the id.",
    options: {
      user,
      type: { value: "TYPE", help: "only this type, such as login.failed" },
      limit: { value: "NUMBER", help: `number of rows (default ${DEFAULT_EVENTS})` },
      cursor: { value: "ID", help: "continue after this event" },
    },
    run: showAuditEvents,
  },
};

async function showSessions(given: Given): Promise<Answer> {
  const name = requiredUser(given);
  await openAccounts();
  const live = await listSessionsOf(operator, await userNamed(name));
  const sessions = live.map((session) => publicSession(session, undefined));
  const rows = sessions.map((session) => [
    session.id,
    session.device_name ?? session.device,
    session.ip,
    second(session.created_at),
    second(session.last_used_at),
    second(session.expires_at),
  ]);
  return { json: { sessions }, text: table(["ID", "DEVICE", "ADDRESS", "OPENED", "LAST USED", "EXPIRES"], rows) };
}

async function revokeSessions(given: Given): Promise<Answer> {
  const { operands, options } = given;
  const name = textOption(given, "user");
  const ways = [operands.length > 0, name !== undefined && options.all === true, options.everybody === true];
  if (ways.filter(Boolean).length !== 1 || (name !== undefined) !== (options.all === true)) {
    throw new CommandError(
      "Name the sessions by their ids, or all of a user with --user and --all, or those of everybody with --everybody.",
    );
  }
  const ids = operands.map(sessionId);
  await openAccounts();
  const ended = options.everybody ? await revokeEverybody() : name !== undefined ? await revokeAll(name) : await revokeEach(ids);
  return { json: { sessions_ended: ended }, text: `Sessions ended: ${ended}.` };
}

async function revokeEverybody(): Promise<number> {
  return (await operatorRevokeEverybody(operator)).sessionsEnded;
}

async function revokeAll(name: string): Promise<number> {
  return (await operatorRevokeAll(operator, await userNamed(name))).sessionsEnded;
}

async function revokeEach(ids: number[]): Promise<number> {
  const unknown: number[] = [];
  for (const id of new Set(ids)) {
    await operatorRevokeSession(operator, id).catch((error) => {
      if (!(error instanceof AccountsError && error.code === "not_found")) throw error;
      unknown.push(id);
    });
  }
  const ended = new Set(ids).size - unknown.length;
  if (unknown.length > 0) throw new CommandError(`There is no session ${unknown.join(", ")}. Sessions ended: ${ended}.`);
  return ended;
}

async function showAuditEvents(given: Given): Promise<Answer> {
  const name = requiredUser(given);
  const limit = numberOption(given, "limit", MAX_EVENTS) ?? DEFAULT_EVENTS;
  const cursor = numberOption(given, "cursor", Number.MAX_SAFE_INTEGER)?.toString();
  const type = eventType(textOption(given, "type"));
  await openAccounts();
  const userId = idFrom(name) ?? (await userNamed(name)).id;
  const { events: found, nextCursor } = await listAuditEventsOf(operator, userId, { type, cursor, limit });
  const events = found.map(publicAuditEvent);
  const rows = events.map(({ at, type, ip, device, session_id, detail }) => [second(at), type, ip, device, session_id, detail]);
  const more = nextCursor === null ? "" : `\nThere are more: --cursor ${nextCursor}`;
  return { json: { events, next_cursor: nextCursor }, text: table(["AT", "TYPE", "ADDRESS", "DEVICE", "SESSION", "DETAIL"], rows) + more };
}

function requiredUser(given: Given): string {
  const name = textOption(given, "user");
  if (!name) throw new CommandError("Name the user with --user: id, email address or username.");
  return name;
}

function sessionId(text: string): number {
  const id = idFrom(text);
  if (id === null) throw new CommandError(`“${text}” is not the id of a session: “accounts session list” shows them.`);
  return id;
}

function eventType(text: string | undefined): AuditEventType | undefined {
  const type = AUDIT_EVENT_TYPES.find((known) => known === text);
  if (text !== undefined && !type) throw new CommandError(`--type must be one of ${AUDIT_EVENT_TYPES.join(", ")}.`);
  return type;
}
