import { SECOND_MS } from "#accounts/clock.ts";
import { ConfigError, config, cookiesWork } from "#accounts/config.ts";
import { startPurging } from "#accounts/retention/purge.ts";
import { storageSentence } from "#accounts/storage-sentence.ts";
import { startDatabase } from "#db/lifecycle.ts";
import { processWide } from "#db/process-wide.ts";
import { lostFile } from "#db/sqlite/condition.ts";
import { lowerWorkerPriority } from "#db/worker-threads.ts";
import { NoBuildError } from "./front-door/builds.ts";
import { log, logEvents } from "./log.ts";
import { say } from "./output.ts";

const shared = processWide("prepare", () => ({ prepared: undefined as Promise<void> | undefined }));

/**
 * What must stand before the first request, on either host, once a process: checked settings and a migrated database.
 * Ends the process with a plain sentence when that is not possible. False if it was called before.
 */
export async function prepare(): Promise<boolean> {
  const isFirst = shared.prepared === undefined;
  shared.prepared ??= prepareOnce();
  await shared.prepared;
  return isFirst;
}

async function prepareOnce(): Promise<void> {
  try {
    await startDatabase(config().databaseFile, { serving: true });
  } catch (error) {
    giveUp(error);
  }
  logEvents();
  startPurging();
  startWatching();
  void lowerWorkerPriority();
  if (!config().rateLimits) say("Warning: RATE_LIMITS is off, so anybody may guess passwords. For measurements only.\n");
  if (!cookiesWork(config().publicUrl)) say(`${overHttp(config().publicUrl)}\n`);
}

const overHttp = (publicUrl: string) =>
  `Warning: PUBLIC_URL is ${publicUrl}, and browsers keep the cookie that signs people in only over https. ` +
  "Nobody can sign in to the pages until a proxy with TLS is in front and PUBLIC_URL is its https address.";

/** Writes to stderr what has to be changed, and exits with 1. */
export function giveUp(error: unknown): never {
  say(`${sentence(error)}\n`);
  process.exit(1);
}

function sentence(error: unknown): string {
  if (error instanceof ConfigError) {
    return `Latchkey cannot start. These settings are wrong:\n${error.problems.map((problem) => `  ${problem}`).join("\n")}`;
  }
  if (error instanceof NoBuildError) return "Latchkey cannot start: its pages have not been built. Run “npm run build” first.";
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return `Latchkey cannot start: port ${config().port} on ${config().host} is in use. Set PORT to a free one.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || (code === "EACCES" && message.includes("listen"))) {
    return `Latchkey cannot start: it may not listen on ${config().host}, port ${config().port}. Set HOST and PORT.`;
  }
  return `Latchkey cannot start. ${storageSentence(error) ?? stack ?? message}`;
}

/** Logs when a file of the open database disappears or is replaced, and when it is back. */
function startWatching(): void {
  let lost: string | null = null;
  setInterval(() => {
    const now = lostFile();
    if (now && !lost) {
      log().error(
        { file: now },
        "a file of the database was deleted, moved or replaced: nothing is stored until it is back, or the service was stopped and started again",
      );
    } else if (lost && !now) log().warn({ file: lost }, "the file of the database is back");
    lost = now;
  }, SECOND_MS).unref();
}
