import * as z from "zod/mini";
import { operator } from "#accounts/caller.ts";
import { UpdateUserInput } from "#accounts/contract/api-schemas.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { unlockUser } from "#accounts/limits/unlocking.ts";
import { editUser } from "#accounts/users/editing.ts";
import { publicUser } from "#accounts/users/users.ts";
import { type Answer, type Command, CommandError, type Given, openAccounts, optionOf, textOption, userNamed } from "./command.ts";

const FIELDS = ["email", "username", "bio", "contact_information"] as const;
const EditInput = z.pick(UpdateUserInput, { email: true, username: true, bio: true, contact_information: true });

/** What the operator does for somebody who asks for help. */
export const userEditCommands: Record<string, Command> = {
  edit: {
    summary: "Change a user’s address, name or profile. A new address takes effect at once, and is mailed a link that confirms it.",
    operands: "USER",
    options: {
      email: { value: "ADDRESS", help: "the new email address" },
      username: { value: "NAME", help: "the new username" },
      bio: { value: "TEXT", help: "about the person; empty removes it" },
      "contact-information": { value: "TEXT", help: "how to reach the person; empty removes it" },
      "remove-picture": { help: "remove the picture" },
    },
    examples: ["user edit ada.lovelace --email ada@example.org", "user edit 7 --remove-picture --bio ''"],
    run: edit,
  },
  unlock: {
    summary: "End the waits after failed attempts to sign in, on every device that has failed within the last day.",
    operands: "USER",
    examples: ["user unlock ada.lovelace"],
    run: unlock,
  },
};

async function edit(given: Given): Promise<Answer> {
  const entries = FIELDS.map((field) => [field, textOption(given, optionOf(field))] as const).filter(([, value]) => value !== undefined);
  const image = given.options["remove-picture"] === true ? { image: null } : {};
  if (entries.length === 0 && !("image" in image)) throw new CommandError("Say what to change: see “accounts user edit --help”.");
  const input = parseInput(EditInput, Object.fromEntries(entries));
  await openAccounts();
  const { user, changed } = await editUser(operator, await userNamed(given.operands[0] ?? ""), { ...input, ...image });
  const who = `user ${user.id}, ${user.username} <${user.email}>`;
  return { json: { user: publicUser(user), changed }, text: changed ? `Changed ${who}.` : `Nothing to change: ${who}.` };
}

async function unlock({ operands: [name = ""] }: Given): Promise<Answer> {
  await openAccounts();
  const user = await userNamed(name);
  const { cleared } = await unlockUser(operator, user);
  const advice = user.status === "active" ? "" : ` The account is ${user.status}, though: “accounts user activate” changes that.`;
  const text = cleared === 0 ? `No wait kept ${user.username} out.` : `${user.username} can sign in again at once.`;
  return { json: { user_id: user.id, limits_cleared: cleared }, text: text + advice };
}
