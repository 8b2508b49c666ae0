import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { PASSWORD_RULES } from "#accounts/contract/field-rules.ts";
import { AccountsError } from "#accounts/errors.ts";
import { CommandError } from "./command.ts";

const MAX_STDIN_BYTES = 64 * 1024;

/**
 * Says the rules and asks for a new password twice, without echo, until `refuse` throws nothing and both are the same. Passwords are
 * never arguments: everybody can read those in the process list.
 */
export async function promptPassword(refuse: (typed: string) => Promise<void>): Promise<string> {
  requireTerminal("Use --password-stdin to send the password through a pipe.");
  process.stderr.write(
    `A password has ${PASSWORD_RULES.map(({ label }) => label).join(", ")}, and isn’t easy to guess. Ctrl-C ends this.\n`,
  );
  for (;;) {
    const password = await ask("Password: ", { echo: false });
    const wrong = await refuse(password).then(() => null, sentencesOf);
    if (wrong === null && password === (await ask("Repeat password: ", { echo: false }))) return password;
    process.stderr.write(`${wrong ?? "The two passwords differ."}\n`);
  }
}

/** What is wrong with a password, of a refusal of it. */
function sentencesOf(error: unknown): string {
  if (error instanceof AccountsError && error.fields.length > 0) return error.fields.map(({ detail }) => detail).join(" ");
  throw error;
}

/** Reads a password from standard input, without the final line break. */
export async function readPassword(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_STDIN_BYTES) throw new CommandError("This is too long to be a password.");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)).replace(/\r?\n$/, "");
  } catch {
    throw new CommandError("The password on standard input is not UTF-8 text.");
  }
}

/** Throws CommandError unless the person types `expected`. */
export async function confirm(question: string, expected: string): Promise<void> {
  requireTerminal("Use --yes to go on without being asked.");
  if ((await ask(question, { echo: true })).trim() !== expected) throw new CommandError("That doesn’t match. Nothing was changed.");
}

async function ask(question: string, { echo }: { echo: boolean }): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: echo ? process.stderr : silent, terminal: true, historySize: 0 });
  const interrupted = new AbortController();
  terminal.on("SIGINT", () => interrupted.abort());
  terminal.on("close", () => interrupted.abort());
  if (!echo) process.stderr.write(question);
  try {
    return await terminal.question(echo ? question : "", { signal: interrupted.signal });
  } catch {
    throw new CommandError("Interrupted. Nothing was changed.");
  } finally {
    terminal.close();
    if (!echo) process.stderr.write("\n");
  }
}

function requireTerminal(otherwise: string): void {
  if (!process.stdin.isTTY) throw new CommandError(`Standard input is not a terminal. ${otherwise}`);
}
