import * as z from "zod/mini";
import { operator, type User } from "#accounts/caller.ts";
import { clock, instantText } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { RegisterInput } from "#accounts/contract/schemas.ts";
import { StatusInput } from "#accounts/contract/service-schemas.ts";
import { deleteUser, type OperatorStatus, resetFactors, setUserStatus } from "#accounts/operator.ts";
import { refuseCommonPassword } from "#accounts/passwords/common-passwords.ts";
import { makeResetLink } from "#accounts/passwords/reset.ts";
import { publicUser, registerUser } from "#accounts/users/users.ts";
import { hasDatabase } from "#db/lifecycle.ts";
import { databasePlace } from "#db/place.ts";
import { type Answer, type Command, CommandError, type Given, oneLine, openAccounts, optionOf, textOption, userNamed } from "./command.ts";
import { confirm, promptPassword, readPassword } from "./prompt.ts";
import { minuteOf } from "./times.ts";
import { userEditCommands } from "./user-edit.ts";
import { userListCommand } from "./user-list.ts";
import { transferCommands } from "./user-transfer.ts";

const PROFILE_FIELDS = ["email", "username", "bio", "contact_information", "account_status"];
const SHOWN_LENGTH = 200;

export const userCommands: Record<string, Command> = {
  create: {
    summary: "Create a user. Prompts for a password.",
    options: {
      email: { value: "ADDRESS", help: "email address", required: true },
      username: { value: "NAME", help: "username", required: true },
      bio: { value: "TEXT", help: "about the person" },
      "contact-information": { value: "TEXT", help: "how to reach the person" },
      status: { value: "STATUS", help: "active (default) or inactive" },
      "password-stdin": { help: "read the password from standard input" },
    },
    examples: ["user create --email ada@example.org --username ada.lovelace"],
    run: createUser,
  },
  show: { summary: "Show a user.", operands: "USER", run: showUser },
  list: userListCommand,
  ...userEditCommands,
  suspend: {
    summary: "Suspend a user and end all of their sessions.",
    operands: "USER",
    options: {
      reason: { value: "TEXT", help: "why, for the user to read" },
      until: { value: "TIME", help: "when the suspension ends by itself, such as 2026-12-31T12:00:00Z" },
    },
    examples: ["user suspend ada.lovelace --reason Spam --until 2026-12-31T12:00:00Z"],
    run: (given) => setStatus(given, "suspended"),
  },
  activate: { summary: "Reactivate a user.", operands: "USER", run: (given) => setStatus(given, "active") },
  deactivate: {
    summary: "Make a user inactive and end all of their sessions.",
    operands: "USER",
    run: (given) => setStatus(given, "inactive"),
  },
  link: {
    summary: "Print a link with which a user chooses a new password, to hand over where no mail arrives.",
    operands: "USER",
    options: { for: { value: "PURPOSE", help: "what the link is for: reset, the only purpose there is" } },
    run: printLink,
  },
  "reset-factors": {
    summary: "Remove a user’s second factors, and end all of their sessions. For somebody who has lost them.",
    operands: "USER",
    run: removeFactors,
  },
  ...transferCommands,
  delete: {
    summary: "Permanently delete a user and their personal data.",
    operands: "USER",
    options: { yes: { help: "skip the confirmation" } },
    run: removeUser,
  },
};

async function createUser(given: Given): Promise<Answer> {
  const profile = Object.fromEntries(PROFILE_FIELDS.map((field) => [field, textOption(given, optionOf(field))]));
  const fromPipe = given.options["password-stdin"] === true;
  if (!fromPipe) parseInput(z.omit(RegisterInput, { password: true }), profile); // before anybody types a password
  const password = await (fromPipe ? readPassword() : promptPassword((typed) => refusePassword(typed, profile)));
  const input = parseInput(RegisterInput, { ...profile, password });
  const isNew = !(await hasDatabase(config()));
  await openAccounts({ mayCreate: true });
  if (isNew) process.stderr.write(`Created a new database in ${databasePlace(config()).name}.\n`);
  const { user } = await registerUser(operator, input);
  return { json: { user: publicUser(user) }, text: `Created user ${user.id}, ${user.username} <${user.email}>, ${user.status}.` };
}

/** Throws what is wrong with a new password. */
async function refusePassword(password: string, { email = "", username = "" }: Record<string, string | undefined>): Promise<void> {
  parseInput(z.pick(RegisterInput, { password: true }), { password });
  await refuseCommonPassword("password", password, { email, username });
}

async function showUser({ operands: [name = ""] }: Given): Promise<Answer> {
  await openAccounts();
  const user = publicUser(await userNamed(name));
  const { totp, passkeys, recovery_codes_left } = user.factors;
  const factors = `authenticator app: ${totp ? "yes" : "no"}, passkeys: ${passkeys}, recovery codes left: ${recovery_codes_left}`;
  const instants = {
    created_at: minuteOf(user.created_at),
    updated_at: minuteOf(user.updated_at),
    status_until: user.status_until && minuteOf(user.status_until),
  };
  const rows = Object.entries({ ...user, ...instants, factors }).map(
    ([field, value]) => `${field.padEnd(20)} ${shortened(oneLine(String(value ?? "—")))}`,
  );
  return { json: { user }, text: rows.map((row) => row.trimEnd()).join("\n") };
}

/** A long text as its beginning; --json has all of it. */
const shortened = (text: string) => (text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH).toWellFormed()}…` : text);

async function setStatus(given: Given, status: OperatorStatus): Promise<Answer> {
  const why = parseInput(z.pick(StatusInput, { reason: true, until: true }), {
    reason: textOption(given, "reason"),
    until: textOption(given, "until"),
  });
  if (why.until !== undefined && why.until <= clock.now()) throw new CommandError("--until must be in the future.");
  await openAccounts();
  const before = await userNamed(given.operands[0] ?? "");
  const unchanged = before.status === status && why.reason === undefined && why.until === undefined && !isOthersWish(before);
  const { user, sessionsEnded } = unchanged ? { user: before, sessionsEnded: 0 } : await setUserStatus(operator, before, status, why);
  const text = unchanged
    ? `${user.username} is already ${status}.`
    : `${user.username} is now ${status}. Sessions ended: ${sessionsEnded}.`;
  return { json: { user: publicUser(user), sessions_ended: sessionsEnded }, text };
}

/** Whether a user is inactive, but not by a decision of the operator, which holds longer. */
const isOthersWish = ({ status, inactiveBy }: User) => status === "inactive" && inactiveBy !== null && inactiveBy !== "operator";

async function removeFactors({ operands: [name = ""] }: Given): Promise<Answer> {
  await openAccounts();
  const user = await userNamed(name);
  const { sessionsEnded } = await resetFactors(operator, user);
  return {
    json: { user_id: user.id, sessions_ended: sessionsEnded },
    text: `${user.username} signs in without a second factor now, and was told so by mail. Sessions ended: ${sessionsEnded}.`,
  };
}

async function printLink(given: Given): Promise<Answer> {
  if ((textOption(given, "for") ?? "reset") !== "reset") throw new CommandError("--for must be reset.");
  await openAccounts();
  const user = await userNamed(given.operands[0] ?? "");
  const { url, expiresAt } = await makeResetLink(operator, user);
  const expires_at = instantText(expiresAt);
  const advice = `Give this link to ${user.username} and to nobody else. Whoever opens it can choose the password. It works once, until ${minuteOf(expires_at)}.`;
  return { json: { url, expires_at }, text: `${url}\n${advice}` };
}

async function removeUser({ operands: [name = ""], options }: Given): Promise<Answer> {
  await openAccounts();
  const user = await userNamed(name);
  if (options.yes !== true) {
    const who = `user ${user.id}, ${user.username} <${user.email}>`;
    await confirm(`This deletes ${who}, for good. Type the username to go on: `, user.username);
  }
  const { sessionsEnded } = await deleteUser(operator, user);
  return {
    json: { user: publicUser(user), sessions_ended: sessionsEnded },
    text: `Deleted user ${user.id}, ${user.username}. Sessions ended: ${sessionsEnded}.`,
  };
}
