import { operator, type Session } from "#accounts/caller.ts";
import { idFrom } from "#accounts/contract/fields.ts";
import { AccountsError } from "#accounts/errors.ts";
import { listSessionsOf, operatorRevokeAll, operatorRevokeEverybody, operatorRevokeSession } from "#accounts/operator.ts";
import { publicSession } from "#accounts/sessions/sessions.ts";
import { type Answer, type Command, CommandError, type Given, openAccounts, table, textOption, userNamed } from "./command.ts";
import { minuteOf } from "./times.ts";

const MIN_REFERENCE_LENGTH = 4;

const user = { value: "USER", help: "the user: id, email address or username" };

export const sessionCommands: Record<string, Command> = {
  list: {
    summary: "List the live sessions of a user, last used first.",
    options: { user: { ...user, required: true } },
    examples: ["session list --user ada.lovelace"],
    run: showSessions,
  },
  revoke: {
    summary:
      "End sessions by their ids, those of a user also by the first digits, with --user and --all every session of a user, or with --everybody every session of all users.",
    examples: ["session revoke --user ada.lovelace 4711", "session revoke --user ada.lovelace --all", "session revoke --everybody"],
    operands: "[ID...]",
    options: { user, all: { help: "every session of the user" }, everybody: { help: "every session of every user" } },
    run: revokeSessions,
  },
};

async function showSessions(given: Given): Promise<Answer> {
  const name = requiredUser(given);
  await openAccounts();
  const live = await listSessionsOf(operator, await userNamed(name));
  const sessions = live.map((session) => publicSession(session, undefined));
  const references = referencesOf(live);
  const rows = sessions.map((session, at) => [
    references[at] ?? session.id,
    session.device_name ?? session.device,
    session.ip,
    minuteOf(session.created_at),
    minuteOf(session.last_used_at),
    minuteOf(session.expires_at),
  ]);
  return { json: { sessions }, text: table(["ID", "DEVICE", "ADDRESS", "OPENED", "LAST USED", "EXPIRES"], rows) };
}

async function revokeSessions(given: Given): Promise<Answer> {
  const { operands, options } = given;
  const name = textOption(given, "user");
  const isAll = options.all === true;
  const ways = [operands.length > 0, isAll, options.everybody === true];
  const isOfUser = name !== undefined;
  if (ways.filter(Boolean).length !== 1 || (isAll && !isOfUser) || (options.everybody === true && isOfUser)) {
    throw new CommandError(
      "Name the sessions by their ids, or all of a user with --user and --all, or those of everybody with --everybody.",
    );
  }
  if (!isOfUser) operands.forEach(sessionId);
  await openAccounts();
  const ended = options.everybody
    ? await revokeEverybody()
    : isAll
      ? await revokeAll(name ?? "")
      : await revokeEach(isOfUser ? await sessionsOf(name, operands) : operands.map(sessionId));
  return { json: { sessions_ended: ended }, text: `Sessions ended: ${ended}.` };
}

/** The ids of a user's sessions that begin with these digits. */
async function sessionsOf(name: string, words: string[]): Promise<number[]> {
  const live = await listSessionsOf(operator, await userNamed(name));
  return words.map((word) => {
    const found = live.filter(({ id }) => String(id).startsWith(word));
    if (found.length === 1 && found[0]) return found[0].id;
    throw new CommandError(
      found.length === 0
        ? `This user has no session “${word}”: “accounts session list --user ${name}” shows them.`
        : `${found.length} sessions begin with “${word}”. Type more digits.`,
    );
  });
}

/** The first digits of each session's id, as many as tell them apart. */
function referencesOf(live: Session[]): string[] {
  const ids = live.map(({ id }) => String(id));
  let length = MIN_REFERENCE_LENGTH;
  while (new Set(ids.map((id) => id.slice(0, length))).size < ids.length) length++;
  return ids.map((id) => id.slice(0, length));
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
