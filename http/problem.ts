import { config } from "#accounts/config.ts";
import { type FieldError, type RefusalCode, refusals } from "#accounts/errors.ts";

/** The refusals and faults of HTTP, beside those of the domain. */
const httpRefusals = {
  cross_site: "A page of another site sent this. The operator can allow its origin with CORS_ORIGINS.",
  malformed_request: "This is not a request that can be read as HTTP.",
  request_timeout: "The request took too long to arrive. Send it again.",
  method_not_allowed: "This address doesn’t support that method.",
  payload_too_large: "What you sent is too large for this address.",
  unsupported_media_type: "Send application/json, application/x-www-form-urlencoded or multipart/form-data, in UTF-8 and not compressed.",
  expectation_failed: "The only expectation that can be met is “100-continue”.",
  headers_too_large: "The headers of the request are too large. Send fewer or shorter ones.",
  storage_unavailable: "We can’t save anything right now, and nothing was changed. Try again in a moment.",
  internal_error: "Something went wrong on our side. If it happens again, tell the operator the request id.",
} as const;

/** The detail of `storage_unavailable` when the answer of the database to a change was lost. */
export const UNCONFIRMED = "We couldn’t confirm that the change was saved. Check whether it was, then try again.";

export type ProblemCode = RefusalCode | keyof typeof httpRefusals;

export const problems: Record<ProblemCode, { status: number; detail: string }> = {
  validation_failed: { status: 400, detail: refusals.validation_failed },
  invalid_link: { status: 400, detail: refusals.invalid_link },
  malformed_request: { status: 400, detail: httpRefusals.malformed_request },
  authentication_required: { status: 401, detail: refusals.authentication_required },
  invalid_token: { status: 401, detail: refusals.invalid_token },
  invalid_credentials: { status: 401, detail: refusals.invalid_credentials },
  second_factor_required: { status: 401, detail: refusals.second_factor_required },
  second_factor_setup_required: { status: 401, detail: refusals.second_factor_setup_required },
  invalid_code: { status: 401, detail: refusals.invalid_code },
  invalid_challenge: { status: 401, detail: refusals.invalid_challenge },
  invalid_passkey: { status: 401, detail: refusals.invalid_passkey },
  account_inactive: { status: 403, detail: refusals.account_inactive },
  account_suspended: { status: 403, detail: refusals.account_suspended },
  account_deleting: { status: 403, detail: refusals.account_deleting },
  email_unverified: { status: 403, detail: refusals.email_unverified },
  not_permitted: { status: 403, detail: refusals.not_permitted },
  not_your_account: { status: 403, detail: refusals.not_your_account },
  recent_login_required: { status: 403, detail: refusals.recent_login_required },
  wrong_password: { status: 403, detail: refusals.wrong_password },
  reset_required: { status: 403, detail: refusals.reset_required },
  cross_site: { status: 403, detail: httpRefusals.cross_site },
  not_found: { status: 404, detail: refusals.not_found },
  method_not_allowed: { status: 405, detail: httpRefusals.method_not_allowed },
  request_timeout: { status: 408, detail: httpRefusals.request_timeout },
  already_set_up: { status: 409, detail: refusals.already_set_up },
  last_way_in: { status: 409, detail: refusals.last_way_in },
  too_many_passkeys: { status: 409, detail: refusals.too_many_passkeys },
  user_already_exists: { status: 409, detail: refusals.user_already_exists },
  payload_too_large: { status: 413, detail: httpRefusals.payload_too_large },
  unsupported_media_type: { status: 415, detail: httpRefusals.unsupported_media_type },
  expectation_failed: { status: 417, detail: httpRefusals.expectation_failed },
  rate_limited: { status: 429, detail: refusals.rate_limited },
  headers_too_large: { status: 431, detail: httpRefusals.headers_too_large },
  internal_error: { status: 500, detail: httpRefusals.internal_error },
  mail_unavailable: { status: 503, detail: refusals.mail_unavailable },
  overloaded: { status: 503, detail: refusals.overloaded },
  storage_unavailable: { status: 503, detail: httpRefusals.storage_unavailable },
};

/** A refusal by HTTP and not by the domain; `detail` replaces the sentence of the code. */
export class HttpError extends Error {
  readonly code: ProblemCode;
  readonly headers: Record<string, string>;
  readonly more: object;
  constructor(
    code: ProblemCode,
    { detail, headers = {}, more = {} }: { detail?: string; headers?: Record<string, string>; more?: object } = {},
  ) {
    super(detail ?? problems[code].detail);
    this.code = code;
    this.headers = headers;
    this.more = more;
  }
}

/** A refusal as the client gets it; `more` are members of its own (RFC 9457 3.2). */
export type Problem = { code: ProblemCode; detail?: string; fields?: FieldError[]; more?: object };

/** The body of an error answer (RFC 9457). `type` links to the documentation of the code. */
export function problemBody({ code, detail = problems[code].detail, fields = [], more }: Problem, requestId: string) {
  return {
    type: `${config().publicUrl}/auth/docs/#${code}`,
    title: title(code),
    status: problems[code].status,
    detail,
    code,
    ...(fields.length > 0 && {
      errors: fields.map(({ field, code, detail }) => ({ pointer: pointer(field), code, detail })),
    }),
    ...more,
    request_id: requestId,
  };
}

const title = (code: string) => code[0]?.toUpperCase() + code.slice(1).replaceAll("_", " ");

/** A JSON Pointer (RFC 6901) in URI fragment form, where "#" is escaped too; "#" alone means the whole body. */
function pointer(field: string | null): string {
  if (field === null) return "#";
  return `#/${encodeURI(field.replaceAll("~", "~0").replaceAll("/", "~1").toWellFormed()).replaceAll("#", "%23")}`;
}
