import { AccountsError } from "#accounts/errors.ts";
import { StorageError, storageErrorFor } from "#db/errors.ts";
import { type Answer, problemJson } from "./answer.ts";
import { log } from "./log.ts";
import { HttpError, type Problem, type ProblemCode, problemBody, problems } from "./problem.ts";

type Refusal = Required<Problem> & { headers: Record<string, string> };

/** The problem+json answer (RFC 9457) for a thrown error. Errors that aren't meant for the client are logged. */
export function errorAnswer(error: unknown, requestId: string): Answer {
  const { headers, ...problem } = describeError(error, requestId);
  return problemJson(problems[problem.code].status, requestId, problemBody(problem, requestId), headers);
}

/** A thrown error as a problem for the client. */
export function describeError(error: unknown, requestId: string): Refusal {
  const storage = error instanceof StorageError ? error : storageErrorFor(error);
  if (storage) {
    log().error({ request_id: requestId, err: storage.cause ?? storage }, "storage unavailable");
    const { detail } = problems.storage_unavailable;
    return { code: "storage_unavailable", detail, fields: [], headers: { "retry-after": String(storage.retryAfterSeconds) } };
  }
  if (error instanceof HttpError) return { code: error.code, detail: error.message, fields: [], headers: error.headers };
  if (error instanceof AccountsError) {
    const headers: Record<string, string> = {};
    if (error.retryAfterSeconds) headers["retry-after"] = String(error.retryAfterSeconds);
    if (problems[error.code].status === 401) headers["www-authenticate"] = challenge(error.code);
    return { code: error.code, detail: error.message, fields: error.fields, headers };
  }
  log().error({ request_id: requestId, err: error }, "unexpected error");
  return { code: "internal_error", detail: problems.internal_error.detail, fields: [], headers: {} };
}

/** The challenge of a 401, required by RFC 9110 11.6.1. RFC 6750 names the error if the token is the reason. */
export function challenge(code: ProblemCode): string {
  const aboutToken = code === "authentication_required" || code === "invalid_token";
  return `Bearer realm="latchkey"${aboutToken ? ', error="invalid_token"' : ""}`;
}
