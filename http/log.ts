import type { Caller } from "#accounts/caller.ts";
import { onCommitted } from "#accounts/commit.ts";
import type { Attempt } from "#accounts/emails/courier.ts";
import { AccountsError } from "#accounts/errors.ts";
import { type Fault, onFault } from "#accounts/faults.ts";
import { log } from "./logger.ts";
import { problems } from "./problem.ts";

export { log, logAnswer } from "./logger.ts";

const WORTH_A_LINE = [403, 409, 429]; // refusals that may belong to an attack

const FAULTS: Record<Fault["event"], string> = {
  "password_hash.damaged": "a stored password hash is damaged: nobody can log in with it",
  "totp_secret.unreadable": "the secret of an authenticator app can’t be decrypted: its key is lost, or it was changed in the database",
};

/** Logs the audit events that this process's commits report, and each fault. */
export function logEvents(): void {
  onFault(({ event, userId }) => log().error({ event, user_id: userId }, FAULTS[event]));
  onCommitted((actor, events) => {
    const { requestId, ip } = actor;
    for (const { type, userId, sessionId } of events) {
      log().info({ event: type, user_id: userId || null, session_id: sessionId, ...serviceOf(actor), request_id: requestId, ip });
    }
  });
}

/** The name of the service that acts, if one does. */
const serviceOf = (actor: Caller | { kind: "housekeeping" }) => actor.kind === "service" && { service: actor.key.name };

/** Logs what became of an attempt to send a mail. */
export function logAttempt({ event, emailId, kind, attempt, reason }: Attempt): void {
  const level = ({ "email.sent": "info", "email.delayed": "warn", "email.failed": "error" } as const)[event];
  log()[level]({ event, email_id: emailId, kind, attempt, ...(reason && { reason }) });
}

/** Runs `run` and logs a refusal with its caller, because pages answer refusals with 200. */
export async function logged<T>(caller: Caller, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AccountsError && WORTH_A_LINE.includes(problems[error.code].status)) {
      const { user, session, requestId, ip } = caller;
      const who = { user_id: user?.id ?? null, session_id: session?.id ?? null };
      log().info({ event: "access.refused", code: error.code, ...who, ...serviceOf(caller), request_id: requestId, ip });
    }
    throw error;
  }
}
