import { parseArgs } from "node:util";
import { ConfigError } from "#accounts/config.ts";
import { AccountsError } from "#accounts/errors.ts";
import { storageSentence } from "#accounts/storage-sentence.ts";
import { MoveError } from "#db/copying.ts";
import { KeyFileError } from "#db/key-file.ts";
import { stopDatabase } from "#db/lifecycle.ts";
import { BackupError } from "#db/sqlite/backup-error.ts";
import about from "../package.json" with { type: "json" };
import { auditCommands } from "./audit.ts";
import { backupCommands } from "./backup.ts";
import { type Answer, type Command, CommandError, type Given, optionOf } from "./command.ts";
import { deletionCommands } from "./deletions.ts";
import { doctorCommands } from "./doctor.ts";
import { emailCommands } from "./emails.ts";
import { EVERYWHERE, helpOnAll, helpOnCommand, helpOnNoun, type Noun } from "./help.ts";
import { keyCommands } from "./keys.ts";
import { moveCommands } from "./move.ts";
import { serviceKeyCommands } from "./service-keys.ts";
import { sessionCommands } from "./sessions.ts";
import { statusCommands } from "./status.ts";
import { userCommands } from "./users.ts";

/* The command line: `npx accounts NOUN VERB …` for the operator, beside a running server or without one. */

const NOUNS: Record<string, Noun> = {
  user: { summary: "Users: create, show, find, change, unlock, delete.", commands: userCommands },
  session: { summary: "Sessions of a user: list, end.", commands: sessionCommands },
  "service-key": { summary: "Keys of other services: make, list, end.", commands: serviceKeyCommands },
  key: { summary: "The key that encrypts secrets: rotate.", commands: keyCommands },
  email: { summary: "Mails: list, show, send again.", commands: emailCommands },
  deletion: { summary: "Who was deleted: list, delete again after a restore.", commands: deletionCommands },
  audit: { summary: "What happened, on an account or on all of them.", commands: auditCommands },
};

/** The commands without a noun. */
const ALONE: Record<string, Command> = { ...statusCommands, ...doctorCommands, ...backupCommands, ...moveCommands };

/** Runs a command. Returns the exit code: 0 with the answer on stdout, or 1 with a sentence on stderr. */
export async function main(words: string[]): Promise<number> {
  process.stdout.on("error", () => process.exit()); // the reader of the pipe has closed it
  try {
    const { text, note, complaint } = await printed(words);
    process.stdout.write(`${text}\n`);
    for (const line of [note, complaint]) if (line) process.stderr.write(`${line}\n`);
    return complaint ? 1 : 0;
  } catch (error) {
    process.stderr.write(`${sentence(error)}\n`);
    return 1;
  } finally {
    await stopDatabase();
  }
}

type Printed = Omit<Answer, "json">;

/** The text that a command prints. Throws CommandError, AccountsError and others, which `main` turns into sentences. */
export const answer = async (words: string[]): Promise<string> => (await printed(words)).text;

/** The same with what goes to stderr. */
export async function printed([word, ...rest]: string[]): Promise<Printed> {
  if (word === "--version") return { text: `Latchkey ${about.version}` };
  if (word === "help") return printed([...rest.filter((one) => !isHelp(one)), "--help"]);
  if (word === undefined || isHelp(word)) return { text: helpOnAll(NOUNS, ALONE) };
  const found = known({ ...NOUNS, ...ALONE }, word);
  if ("run" in found) return carryOut(found, word, rest);
  const [verb, ...more] = rest;
  if (verb === undefined || isHelp(verb)) return { text: helpOnNoun(word, found) };
  return carryOut(known(found.commands, verb, word), `${word} ${verb}`, more);
}

async function carryOut(command: Command, name: string, words: string[]): Promise<Printed> {
  const given = parse(command, words);
  if (given.options.help) return { text: helpOnCommand(name, command) };
  refuseWrongOperands(command, given, `accounts ${name}`);
  const { json, ...shown }: Answer = await command.run(given);
  return given.options.json ? { text: JSON.stringify(json, null, 2), complaint: shown.complaint } : shown;
}

function parse(command: Command, words: string[]): Given {
  const options = Object.entries({ ...command.options, ...EVERYWHERE }).map(([name, { value }]) => {
    return [name, { type: value ? "string" : "boolean", ...(name === "help" && { short: "h" }) }] as const;
  });
  const { values, positionals } = parseArgs({ args: words, allowPositionals: true, options: Object.fromEntries(options) });
  return { options: values as Given["options"], operands: positionals };
}

function refuseWrongOperands({ operands }: Command, given: Given, name: string): void {
  const { length } = given.operands;
  if (operands === "[ID...]" || length === (operands ? 1 : 0) || (operands === "[USER]" && length === 0)) return;
  const user = "one user: id, email address or username";
  const wanted = { ID: "one id", USER: user, "[USER]": `at most ${user}`, FILE: "one file name", none: "only options" }[operands ?? "none"];
  throw new CommandError(`“${name}” takes ${wanted}. See “${name} --help”.`);
}

/** The entry for a word of the command line. Throws CommandError, which lists all entries. */
function known<T>(table: Record<string, T>, word: string, ...before: string[]): T {
  const found = Object.hasOwn(table, word) ? table[word] : undefined;
  if (!found) throw new CommandError(`Unknown command “${[...before, word].join(" ")}”. Try: ${Object.keys(table).join(", ")}.`);
  return found;
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

/** An error in words for the operator; an unexpected one with its stack. */
function sentence(error: unknown): string {
  if (error instanceof CommandError || error instanceof BackupError || error instanceof MoveError || error instanceof KeyFileError)
    return error.message;
  if (error instanceof ConfigError) return `These settings are wrong:\n${error.problems.map((problem) => `  ${problem}`).join("\n")}`;
  if (error instanceof AccountsError) {
    return [error.message, ...error.fields.map(({ field, detail }) => `  ${optionOf(field ?? "input")}: ${detail}`)].join("\n");
  }
  const { code = "", message, stack } = error as NodeJS.ErrnoException;
  if (code.startsWith("ERR_PARSE_ARGS")) return `${message.split(". ")[0]}.`;
  const storage = storageSentence(error);
  if (storage) return storage;
  return `The command failed: ${stack ?? message}`;
}
