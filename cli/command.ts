import type { User } from "#accounts/caller.ts";
import { config } from "#accounts/config.ts";
import { findUser } from "#accounts/users/users.ts";
import { isFirstStart } from "#db/sqlite/identity.ts";
import { migrateDatabase } from "#db/sqlite/migrate.ts";

/** What a command was given: its options by name, and its operands in order. */
export type Given = { options: Record<string, string | boolean | undefined>; operands: string[] };

/** What a command says: one document for machines, or text for people. */
export type Answer = { json: unknown; text: string };

/** An option of a command; one with `value` takes what is named there. */
export type Option = { value?: string; help: string };

export type Command = {
  summary: string;
  /** Names of the operands; with "..." at its end any number. */
  operands?: "USER" | "FILE" | "[ID...]";
  options?: Record<string, Option>;
  run(given: Given): Answer | Promise<Answer>;
};

/** A command that cannot be carried out as it was given; its message says what to do. */
export class CommandError extends Error {}

/** Opens the server's database and migrates it as the server does. Only with `mayCreate` a new one is made. */
export function openAccounts({ mayCreate = false } = {}): void {
  const { databaseFile, dataDir } = config();
  if (!mayCreate && isFirstStart(databaseFile)) {
    throw new CommandError(`There is no database in DATA_DIR (${dataDir}). Set DATA_DIR to the server's folder.`);
  }
  migrateDatabase(databaseFile);
}

/** The user with this id, email address or username. Throws CommandError. */
export function userNamed(name: string): User {
  const user = findUser(name);
  if (!user) throw new CommandError(`There is no user “${name}”. Name one by id, email address or username.`);
  return user;
}

const OPTIONS: Record<string, string> = { contact_information: "contact-information", account_status: "status" };

/** The option that gives a field of the API. */
export const optionOf = (field: string): string => OPTIONS[field] ?? field;

/** The text of an option, or undefined. */
export function textOption({ options }: Given, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** A whole number in an option. Throws CommandError for anything else. */
export function numberOption(given: Given, name: string, most: number): number | undefined {
  const value = textOption(given, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value) || Number(value) < 1 || Number(value) > most) {
    throw new CommandError(`--${name} must be a whole number from 1 to ${most}.`);
  }
  return Number(value);
}

/** Rows under their headings, aligned; "—" where there is nothing. */
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

/** Text of users on a terminal: nothing in it moves the cursor or starts a line of its own. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}

/** An instant of the API to the second. */
export const second = (instant: string) => instant.replace(/\.\d+Z$/, "Z");
