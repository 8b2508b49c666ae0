import pino from "pino";
import { config } from "#accounts/config.ts";

let made: pino.Logger | undefined;

/** The log: one JSON line an entry on stdout. Made at first use. */
export function log(): pino.Logger {
  made ??= pino(
    { level: config().logLevel, base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 1, sync: true }),
  );
  return made;
}
