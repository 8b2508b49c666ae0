import { operator } from "#accounts/caller.ts";
import { countUsers, listUsers } from "#accounts/operator-lists.ts";
import type { Status } from "#accounts/users/moves.ts";
import { publicUser } from "#accounts/users/users.ts";
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
} from "./command.ts";
import { minuteOf, TIME, timeOption } from "./times.ts";

const DEFAULT_USERS = 100;
const MAX_USERS = 100_000;
const STATUSES: Status[] = ["pending", "active", "inactive", "suspended", "deleting"];

export const userListCommand: Command = {
  summary: "List users in the order of their ids, or find some.",
  options: {
    status: { value: "STATUS", help: `only these: ${STATUSES.join(", ")}` },
    search: { value: "TEXT", help: "only those with this in email address or username" },
    since: { value: "TIME", help: `only those who registered since ${TIME}` },
    count: { help: "say how many there are, and list none" },
    limit: { value: "NUMBER", help: `number of rows (default ${DEFAULT_USERS})` },
    cursor: { value: "ID", help: "continue after this id" },
  },
  examples: ["user list --search ada", "user list --status suspended", "user list --since 7d --count"],
  run: showUsers,
};

async function showUsers(given: Given): Promise<Answer> {
  const limit = numberOption(given, "limit", MAX_USERS) ?? DEFAULT_USERS;
  const afterId = numberOption(given, "cursor", Number.MAX_SAFE_INTEGER) ?? 0;
  const filter = {
    status: statusFrom(textOption(given, "status")),
    search: textOption(given, "search"),
    since: timeOption(given, "since"),
  };
  await openAccounts();
  if (given.options.count) {
    const count = await countUsers(operator, filter);
    return { json: { count }, text: String(count) };
  }
  const found = (await listUsers(operator, { ...filter, afterId, limit: limit + 1 })).map(publicUser);
  const users = found.slice(0, limit);
  const next = found.length > limit ? String(users.at(-1)?.id) : null;
  const rows = users.map((user) => [user.id, user.username, user.email, user.account_status, minuteOf(user.created_at)]);
  return {
    json: { users, next_cursor: next },
    text: table(["ID", "USERNAME", "EMAIL", "STATUS", "REGISTERED"], rows),
    note: noteOfMore(next),
  };
}

function statusFrom(text: string | undefined): Status | undefined {
  const status = STATUSES.find((known) => known === text);
  if (text !== undefined && !status) throw new CommandError(`--status must be one of ${STATUSES.join(", ")}.`);
  return status;
}
