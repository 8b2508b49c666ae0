import pino from "pino";
import type { Caller } from "#accounts/caller.ts";
import { onCommitted } from "#accounts/commit.ts";
import { config } from "#accounts/config.ts";
import { AccountsError } from "#accounts/errors.ts";
import { onFault } from "#accounts/faults.ts";
import { processWide } from "#db/process-wide.ts";
import { logOutput, type Output } from "./output.ts";
import { problems } from "./problem.ts";

const shared = processWide("log", () => ({ log: undefined as { logger: pino.Logger; output: Output } | undefined }));

/** The log: one JSON line per entry on stdout, written within a quarter of a second. Created at first use. */
export function log(): pino.Logger {
  return open().logger;
}

function open() {
  if (shared.log) return shared.log;
  const output = logOutput();
  const options = { level: config().logLevel, base: undefined, timestamp: pino.stdTimeFunctions.isoTime };
  shared.log = { logger: pino(options, { write: (line) => output.add(line) }), output };
  return shared.log;
}

export type Answered = { requestId: string; method: string; path: string; status: number | "aborted"; ms: number; ip: string };

/** Logs a request in pino's format, but without pino, which would take 4 % of a token check (measured). */
export function logAnswer({ requestId, method, path, status, ms, ip }: Answered): void {
  const { logger, output } = open();
  if (!logger.isLevelEnabled("info")) return;
  output.add(
    `{"level":30,"time":"${timeText()}","request_id":"${requestId}","method":"${method}","path":${JSON.stringify(path)},` +
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

const WORTH_A_LINE = [403, 409, 429]; // refusals that may belong to an attack

/** Logs the audit events that this process's commits report, and each fault. */
export function logEvents(): void {
  onFault(({ event, userId }) => log().error({ event, user_id: userId }, "a stored password hash is damaged: nobody can log in with it"));
  onCommitted(({ requestId, ip }, events) => {
    for (const { type, userId, sessionId } of events) {
      log().info({ event: type, user_id: userId || null, session_id: sessionId, request_id: requestId, ip });
    }
  });
}

/** Runs `run` and logs a refusal with its caller, because pages answer refusals with 200. */
export async function logged<T>(caller: Caller, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AccountsError && WORTH_A_LINE.includes(problems[error.code].status)) {
      const { user, session, requestId, ip } = caller;
      const who = { user_id: user?.id ?? null, session_id: session?.id ?? null };
      log().info({ event: "access.refused", code: error.code, ...who, request_id: requestId, ip });
    }
    throw error;
  }
}
