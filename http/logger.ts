import { channel } from "node:diagnostics_channel";
import pino from "pino";
import { config } from "#accounts/config.ts";
import { processWide } from "#db/process-wide.ts";
import { logOutput, type Output } from "./output.ts";
import { processNumber } from "./processes/number.ts";

const shared = processWide("log", () => ({ log: undefined as { logger: pino.Logger; output: Output; pid: string } | undefined }));

/** The log: one JSON line per entry on stdout, written within a quarter of a second. Created at first use. */
export function log(): pino.Logger {
  return open().logger;
}

function open() {
  if (shared.log) return shared.log;
  const output = logOutput();
  const base = processNumber() === null ? undefined : { pid: process.pid }; // one of several
  const options = { level: config().logLevel, base, timestamp: pino.stdTimeFunctions.isoTime };
  shared.log = { logger: pino(options, { write: (line) => output.add(line) }), output, pid: base ? `,"pid":${base.pid}` : "" };
  return shared.log;
}

/** Every answered request, for whoever measures (http/metrics/). */
export const answers = channel("latchkey.answers");

export type Answered = { requestId: string; method: string; path: string; status: number | "aborted"; ms: number; ip: string };

/** Logs a request in pino's format, but without pino, which would take 4 % of a token check (measured). */
export function logAnswer(answered: Answered): void {
  answers.publish(answered); // returns at once while nobody subscribes
  const { requestId, method, path, status, ms, ip } = answered;
  const { logger, output, pid } = open();
  if (!logger.isLevelEnabled("info")) return;
  output.add(
    `{"level":30,"time":"${timeText()}"${pid},"request_id":"${requestId}","method":"${method}","path":${JSON.stringify(path)},` +
      `"status":${typeof status === "number" ? status : `"${status}"`},"ms":${Math.round(ms * 10) / 10},"ip":"${ip}"}\n`,
  );
}

let time = { at: 0, text: "" };

/** The current time as text, cached for a millisecond. */
function timeText(): string {
  const at = Date.now();
  if (at !== time.at) time = { at, text: new Date(at).toISOString() };
  return time.text;
}
