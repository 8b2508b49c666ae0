import { readFileSync } from "node:fs";
import * as z from "zod/mini";
import { operator } from "#accounts/caller.ts";
import { instantText } from "#accounts/clock.ts";
import { type Deletion, listDeletions, repeatDeletions } from "#accounts/retention/deletions.ts";
import { type Answer, type Command, CommandError, type Given, openAccounts, table } from "./command.ts";
import { minuteOf } from "./times.ts";

/* Who was deleted: a list that has to outlive the database, because an older backup has them still. */

const instant = z.pipe(z.iso.datetime(), z.transform(Date.parse));
const List = z.object({
  deletions: z.array(z.object({ user_id: z.int().check(z.positive()), registered_at: instant, deleted_at: instant })),
});

export const deletionCommands: Record<string, Command> = {
  list: { summary: "List who was deleted, by id. With --json, to be kept beside backups.", run: showDeletions },
  repeat: {
    summary: "Delete again everybody on a list of “deletion list --json”, after an older backup was restored.",
    operands: "FILE",
    run: repeat,
  },
};

async function showDeletions(): Promise<Answer> {
  await openAccounts();
  const list = (await listDeletions(operator)).map(publicDeletion);
  const rows = list.map(({ user_id, registered_at, deleted_at }) => [user_id, minuteOf(registered_at), minuteOf(deleted_at)]);
  return { json: { deletions: list }, text: table(["ID", "REGISTERED", "DELETED"], rows) };
}

const publicDeletion = ({ userId, registeredAt, deletedAt }: Deletion) => ({
  user_id: userId,
  registered_at: instantText(registeredAt),
  deleted_at: instantText(deletedAt),
});

async function repeat({ operands: [name = ""] }: Given): Promise<Answer> {
  const list = readList(name);
  await openAccounts();
  const deletedAgain = await repeatDeletions(operator, list);
  return { json: { deleted_again: deletedAgain }, text: `Deleted again: ${deletedAgain}. On the list: ${list.length}.` };
}

function readList(name: string): Deletion[] {
  try {
    const { deletions } = z.parse(List, JSON.parse(readFileSync(name, "utf8")));
    return deletions.map(({ user_id: userId, registered_at: registeredAt, deleted_at: deletedAt }) => ({
      userId,
      registeredAt,
      deletedAt,
    }));
  } catch {
    throw new CommandError(`${name} cannot be read as a list of deletions, which “accounts deletion list --json” prints.`);
  }
}
