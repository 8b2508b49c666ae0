import { type FieldError, type RefusalCode, refusals } from "#accounts/errors.ts";

/** What goes wrong at the door, before the domain is asked, or in spite of it. */
const doorRefusals = {
  method_not_allowed: "This address does not answer this method.",
  payload_too_large: "What you sent is too large for this address.",
  unsupported_media_type: "Send application/json, application/x-www-form-urlencoded or multipart/form-data, in UTF-8.",
  storage_unavailable: "Nothing can be stored at the moment, and nothing was changed. Try again in a moment.",
  internal_error: "Something went wrong on our side. If it happens again, tell the operator the request id.",
} as const;

export type ProblemCode = RefusalCode | keyof typeof doorRefusals;

export const problems: Record<ProblemCode, { status: number; detail: string }> = {
  validation_failed: { status: 400, detail: refusals.validation_failed },
  authentication_required: { status: 401, detail: refusals.authentication_required },
  invalid_token: { status: 401, detail: refusals.invalid_token },
  invalid_credentials: { status: 401, detail: refusals.invalid_credentials },
  account_inactive: { status: 403, detail: refusals.account_inactive },
  account_suspended: { status: 403, detail: refusals.account_suspended },
  not_your_account: { status: 403, detail: refusals.not_your_account },
  recent_login_required: { status: 403, detail: refusals.recent_login_required },
  wrong_password: { status: 403, detail: refusals.wrong_password },
  not_found: { status: 404, detail: refusals.not_found },
  method_not_allowed: { status: 405, detail: doorRefusals.method_not_allowed },
  user_already_exists: { status: 409, detail: refusals.user_already_exists },
  payload_too_large: { status: 413, detail: doorRefusals.payload_too_large },
  unsupported_media_type: { status: 415, detail: doorRefusals.unsupported_media_type },
  rate_limited: { status: 429, detail: refusals.rate_limited },
  internal_error: { status: 500, detail: doorRefusals.internal_error },
  overloaded: { status: 503, detail: refusals.overloaded },
  storage_unavailable: { status: 503, detail: doorRefusals.storage_unavailable },
};

/** A refusal of the door itself. */
export class DoorError extends Error {
  readonly code: ProblemCode;
  readonly headers: Record<string, string>;
  constructor(code: ProblemCode, headers: Record<string, string> = {}) {
    super(problems[code].detail);
    this.code = code;
    this.headers = headers;
  }
}

/** The body of an error answer (RFC 9457). `type` leads to what is written about the code. */
export function problemBody(code: ProblemCode, requestId: string, publicUrl: string, fields: FieldError[] = []) {
  const { status, detail } = problems[code];
  return {
    type: `${publicUrl}/auth/docs/#${code}`,
    title: title(code),
    status,
    detail,
    code,
    ...(fields.length > 0 && {
      errors: fields.map(({ field, code, detail }) => ({ pointer: pointer(field), code, detail })),
    }),
    request_id: requestId,
  };
}

const title = (code: string) => code[0]?.toUpperCase() + code.slice(1).replaceAll("_", " ");

/** JSON Pointer (RFC 6901) as a fragment of a URI. */
const pointer = (field: string) => (field ? `#/${encodeURI(field.replaceAll("~", "~0").replaceAll("/", "~1").toWellFormed())}` : "#");
