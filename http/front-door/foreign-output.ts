import { log } from "#http/log.ts";

const MAX_TEXT_LENGTH = 2_000;

/**
 * Libraries write to the console: Next.js does so for each request that it cannot read, so anybody could fill standard error,
 * with text that is partly the client's. From now on it becomes lines of the log, which are bounded.
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
