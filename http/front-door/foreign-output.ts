import { log } from "#http/log.ts";

const MAX_TEXT_LENGTH = 2_000;

/**
 * Turns what libraries write to the console into lines of the log, which are bounded. Next.js writes for each request that it
 * can't read, so that anybody could fill standard error with text of their own.
 */
export function logForeignOutput(): void {
  for (const [stream, level] of [
    [process.stdout, "info"],
    [process.stderr, "warn"],
  ] as const) {
    stream.write = (chunk: unknown, encoding?: unknown, done?: unknown) => {
      log()[level]({ text: String(chunk).trimEnd().slice(0, MAX_TEXT_LENGTH) }, "printed by a library");
      const callback = typeof encoding === "function" ? encoding : done;
      if (typeof callback === "function") process.nextTick(callback);
      return true;
    };
  }
}
