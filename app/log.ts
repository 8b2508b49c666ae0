import pino from "pino";
import type { Caller } from "#accounts/caller.ts";
import { config } from "#accounts/config.ts";
import { processWide } from "#db/process-wide.ts";

const FLUSH_BYTES = 4_096;
const FLUSH_MS = 250;

const shared = processWide("log", () => ({ logger: undefined as pino.Logger | undefined }));

/** The log: one JSON line an entry on stdout, written a quarter of a second later at the latest. Made at first use. */
export function log(): pino.Logger {
  shared.logger ??= pino(
    { level: config().logLevel, base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 1, sync: false, minLength: FLUSH_BYTES, periodicFlush: FLUSH_MS }),
  );
  return shared.logger;
}

/** One line for each audit event that the caller brought about, so that a log collector sees what the database has on record. */
export function logEvents(caller: Caller, requestId: string): void {
  for (const { type, userId, sessionId } of caller.events.values()) {
    log().info({ event: type, request_id: requestId, user_id: userId, session_id: sessionId, ip: caller.ip });
  }
}
