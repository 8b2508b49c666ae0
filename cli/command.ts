import { operator, type User } from "#accounts/caller.ts";
import { config } from "#accounts/config.ts";
import { findUser } from "#accounts/operator.ts";
import { hasDatabase, startDatabase } from "#db/lifecycle.ts";

/** A command's options by name, and its operands in order. */
export type Given = { options: Record<string, string | boolean | undefined>; operands: string[] };

/** A command's answer, as JSON and as text. A `note` is for people only; with a `complaint` the command exits with 1. Both go to stderr. */
export type Answer = { json: unknown; text: string; note?: string; complaint?: string };

/** An option of a command. `value` names the value that it takes; without it the option is a flag. */
export type Option = { value?: string; help: string; required?: true };

export type Command = {
  summary: string;
  /** The kind of operand; "..." means any number. */
  operands?: "USER" | "[USER]" | "FILE" | "ID" | "[ID...]";
  options?: Record<string, Option>;
  /** What follows “npx accounts”. */
  examples?: string[];
  run(given: Given): Answer | Promise<Answer>;
};

/** A command was used wrongly; the message says what to do. */
export class CommandError extends Error {}

/** Opens the server's database and migrates it. Creates a missing one only with `mayCreate`; otherwise throws CommandError. */
export async function openAccounts({ mayCreate = false } = {}): Promise<void> {
  const { databaseUrl, dataDir } = config();
  if (!mayCreate && !(await hasDatabase(config()))) {
    if (databaseUrl) throw new CommandError("The database of DATABASE_URL is empty. Start the server once, or name another.");
    throw new CommandError(`There is no database in DATA_DIR (${dataDir}). Set DATA_DIR to the server's folder.`);
  }
  await startDatabase(config());
}

/** The user with this id, email address or username. Throws CommandError. */
export async function userNamed(name: string): Promise<User> {
  const user = await findUser(operator, name);
  if (!user) throw new CommandError(`There is no user “${name}”. Name one by id, email address or username.`);
  return user;
}

const OPTIONS: Record<string, string> = { contact_information: "contact-information", account_status: "status" };

/** The name of the option for a field of the API. */
export const optionOf = (field: string): string => OPTIONS[field] ?? field;

/** The value of an option, or undefined. */
export function textOption({ options }: Given, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** The value of an option that is a whole number from 1 to `max`. Throws CommandError for anything else. */
export function numberOption(given: Given, name: string, max: number): number | undefined {
  const value = textOption(given, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value) || Number(value) < 1 || Number(value) > max) {
    throw new CommandError(`--${name} must be a whole number from 1 to ${max}.`);
  }
  return Number(value);
}

/** An aligned table; "—" for an empty cell. */
export function table(headings: string[], rows: (string | number | null)[][]): string {
  const cells = [headings, ...rows.map((row) => row.map((cell) => oneLine(String(cell ?? "—"))))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? "")].length)));
  const pad = (text: string, width: number) => text + " ".repeat(width - [...text].length);
  return cells
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Text from users, made safe for a terminal: without control characters, which could move the cursor or start a line. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}

/** The note that a list goes on, if it does. */
export const noteOfMore = (cursor: string | null): string | undefined =>
  cursor === null ? undefined : `There are more: --cursor ${cursor}`;
