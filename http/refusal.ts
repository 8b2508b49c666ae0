import { AccountsError } from "#accounts/errors.ts";
import type { QuotaLeft } from "#accounts/limits/quota-notes.ts";
import { storageErrorFor } from "#db/errors.ts";
import { problemJson, type WholeAnswer } from "./answer.ts";
import { log } from "./log.ts";
import { HttpError, type Problem, type ProblemCode, problemBody, problems, UNCONFIRMED } from "./problem.ts";

type Refusal = Required<Problem> & { headers: Record<string, string> };

/** The problem+json answer (RFC 9457) for a thrown error. Errors that aren't meant for the client are logged. */
export function errorAnswer(error: unknown, requestId: string): WholeAnswer {
  const { headers, ...problem } = describeError(error, requestId);
  return problemJson(problems[problem.code].status, requestId, problemBody(problem, requestId), headers);
}

/** A thrown error as a problem for the client. */
export function describeError(error: unknown, requestId: string): Refusal {
  const storage = storageErrorFor(error);
  if (storage) {
    log().error({ request_id: requestId, err: storage.cause ?? storage }, "storage unavailable");
    const detail = storage.isUnconfirmed ? UNCONFIRMED : problems.storage_unavailable.detail;
    return { code: "storage_unavailable", detail, fields: [], more: {}, headers: { "retry-after": String(storage.retryAfterSeconds) } };
  }
  if (error instanceof HttpError) {
    const { code, message: detail, headers, more } = error;
    return {
      code,
      detail,
      fields: [],
      more,
      headers: problems[code].status === 401 ? { "www-authenticate": challenge(code), ...headers } : headers,
    };
  }
  if (error instanceof AccountsError) {
    const headers: Record<string, string> = {};
    if (error.retryAfterSeconds) headers["retry-after"] = String(error.retryAfterSeconds);
    if (error.quota) Object.assign(headers, quotaHeaders({ ...error.quota, left: 0, resetSeconds: error.retryAfterSeconds ?? 0 }));
    if (problems[error.code].status === 401) headers["www-authenticate"] = challenge(error.code);
    return { code: error.code, detail: error.message, fields: error.fields, more: error.members, headers };
  }
  log().error({ request_id: requestId, err: error }, "unexpected error");
  return { code: "internal_error", detail: problems.internal_error.detail, fields: [], more: {}, headers: {} };
}

/** A limit in the words of draft-ietf-httpapi-ratelimit-headers: what it allows, and what is left. */
export const quotaHeaders = ({ name, free, windowSeconds, left, resetSeconds }: QuotaLeft) => ({
  "ratelimit-policy": `"${name}";q=${free};w=${windowSeconds}`,
  ratelimit: `"${name}";r=${left};t=${resetSeconds}`,
});

/** The challenge of a 401, required by RFC 9110 11.6.1. RFC 6750 names the error if the token is the reason. */
export function challenge(code: ProblemCode): string {
  const aboutToken = code === "authentication_required" || code === "invalid_token";
  return `Bearer realm="latchkey"${aboutToken ? ', error="invalid_token"' : ""}`;
}
