import { SECOND_MS } from "#accounts/clock.ts";
import { ConfigError, config, cookiesWork } from "#accounts/config.ts";
import { startCourier } from "#accounts/emails/courier.ts";
import { prepareSecretKey } from "#accounts/factors/secret-keys.ts";
import { deleteAgain } from "#accounts/retention/deletions.ts";
import { startPurging } from "#accounts/retention/purge.ts";
import { startDatabase } from "#db/lifecycle.ts";
import { processWide } from "#db/process-wide.ts";
import { lostFile } from "#db/sqlite/condition.ts";
import { lowerWorkerPriority } from "#db/worker-threads.ts";
import { endBackup, startBackups } from "./backups.ts";
import { giveUp } from "./give-up.ts";
import { log, logAttempt, logEvents } from "./log.ts";
import { say } from "./output.ts";
import { doesRoutine } from "./processes/number.ts";
import { siteLogo } from "./site-logo.ts";

const shared = processWide("prepare", () => ({
  prepared: undefined as Promise<void> | undefined,
  timers: [] as NodeJS.Timeout[],
}));

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
    checkLogo();
    await startDatabase(config(), { serving: true });
    await prepareSecretKey();
    await deleteAgain(); // whom a restored backup brought back, before anybody can see them
  } catch (error) {
    giveUp(error);
  }
  logEvents();
  startCourier(logAttempt);
  void lowerWorkerPriority();
  if (!doesRoutine()) return;
  shared.timers = [startPurging(), startWatching(), ...startBackups()];
  if (!config().rateLimits) say("Warning: RATE_LIMITS is off, so anybody may guess passwords. For measurements only.\n");
  if (!cookiesWork(config().publicUrl)) say(`${overHttp(config().publicUrl)}\n`);
}

/** Throws ConfigError if SITE_LOGO can't be shown: an operator should hear of it now. */
function checkLogo(): void {
  try {
    siteLogo();
  } catch (error) {
    throw new ConfigError([`SITE_LOGO, ${config().siteLogo}, cannot be read: ${(error as Error).message}.`]);
  }
}

/** Ends what this process does regularly: it is stopping, or another process does it from now on. */
export function endRoutine(): void {
  for (const timer of shared.timers) clearInterval(timer);
  endBackup();
}

const overHttp = (publicUrl: string) =>
  `Warning: PUBLIC_URL is ${publicUrl}, and browsers keep the cookie that signs people in only over https. ` +
  "Nobody can sign in to the pages until a proxy with TLS is in front and PUBLIC_URL is its https address.";

/** Logs when a file of the open database disappears or is replaced, and when it is back. */
function startWatching(): NodeJS.Timeout {
  let lost: string | null = null;
  return setInterval(() => {
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
