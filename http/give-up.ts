import { ConfigError, config } from "#accounts/config.ts";
import { storageSentence } from "#accounts/storage-sentence.ts";
import { KeyFileError } from "#db/key-file.ts";
import { NoBuildError } from "./front-door/builds.ts";
import { say } from "./output.ts";

/** Writes to stderr what has to be changed, and exits with 1. */
export function giveUp(error: unknown): never {
  say(`${sentence(error)}\n`);
  process.exit(1);
}

function sentence(error: unknown): string {
  if (error instanceof ConfigError) {
    return `Latchkey cannot start. These settings are wrong:\n${error.problems.map((problem) => `  ${problem}`).join("\n")}`;
  }
  if (error instanceof KeyFileError) return `Latchkey cannot start. ${error.message}`;
  if (error instanceof NoBuildError) return "Latchkey cannot start: its pages have not been built. Run “npm run build” first.";
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return `Latchkey cannot start: port ${config().port} on ${config().host} is in use. Set PORT to a free one.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || (code === "EACCES" && message.includes("listen"))) {
    return `Latchkey cannot start: it may not listen on ${config().host}, port ${config().port}. Set HOST and PORT.`;
  }
  return `Latchkey cannot start. ${storageSentence(error) ?? stack ?? message}`;
}
