import type { Command, Option } from "./command.ts";

/* What --help says. */

export type Noun = { summary: string; commands: Record<string, Command> };

/** The options of every command. */
export const EVERYWHERE: Record<string, Option> = {
  json: { help: "print JSON, with times in UTC" },
  help: { help: "show help" },
};

export function helpOnAll(nouns: Record<string, Noun>, alone: Record<string, Command>): string {
  const rows = [
    ...Object.entries(nouns).map(([noun, { summary, commands }]) => [`${noun} ${Object.keys(commands).join(" | ")}`, summary]),
    ...Object.entries(alone).map(([name, command]) => [usageOf(name, command), command.summary]),
    ["help [NOUN [VERB]]", "Show help."],
    ["--version", "Show the version."],
  ];
  return `Usage: accounts NOUN VERB …   (“accounts help NOUN VERB” says more, with examples)\n\n${rows.map(([usage, summary]) => `  ${usage}\n      ${summary}`).join("\n")}`;
}

export function helpOnNoun(noun: string, { summary, commands }: Noun): string {
  const rows = Object.entries(commands).map(([verb, command]) => [usageOf(verb, command), command.summary]);
  return `Usage: accounts ${noun} VERB …\n\n${summary}\n\n${aligned(rows)}`;
}

export function helpOnCommand(name: string, command: Command): string {
  const { summary, operands, options, examples = [] } = command;
  const rows = Object.entries({ ...options, ...EVERYWHERE }).map(([name, { value, help, required }]) => [
    `--${name}${value ? ` ${value}` : ""}`,
    required ? `${help}, required` : help,
  ]);
  const user = operands?.includes("USER") ? " USER is an id, email address or username." : "";
  const shown = examples.length === 0 ? "" : `\n\nExamples:\n${examples.map((one) => `  npx accounts ${one}`).join("\n")}`;
  return `Usage: accounts ${usageOf(name, command)} [options]\n\n${summary}${user}\n\n${aligned(rows)}${shown}`;
}

/** How a command is written: with its operand, and the options that it needs. */
function usageOf(name: string, { operands, options = {} }: Command): string {
  const needed = Object.entries(options).flatMap(([option, { value, required }]) => (required ? [`--${option} ${value}`] : []));
  return [name, operands, ...needed].filter(Boolean).join(" ");
}

function aligned(rows: string[][]): string {
  const width = Math.max(...rows.map(([left = ""]) => left.length));
  return rows.map(([left = "", right = ""]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
