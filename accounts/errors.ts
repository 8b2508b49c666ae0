/** The domain's refusals by code, with their general sentences. Sentences about fields stand beside their rules. */
export const refusals = {
  validation_failed: "Some fields need your attention.",
  user_already_exists: "A user with this email address or username already exists.",
  invalid_credentials: "That email address or password isn’t right.",
  account_inactive: "Your account isn’t active. Contact the people who run this site.",
  account_suspended: "Your account is suspended. Contact the people who run this site.",
  authentication_required: "Sign in first: send the token of a session as “Authorization: Bearer <token>”.",
  invalid_token: "This token is invalid or has expired. Log in again for a new one.",
  not_your_account: "You can only change your own account.",
  recent_login_required: "To change your email address, log in again (within the last 10 minutes) or include your current password.",
  wrong_password: "The current password is wrong.",
  not_found: "There’s nothing at this address.",
  rate_limited: "Too many attempts.",
  overloaded: "The service is very busy.",
} as const;

export type RefusalCode = keyof typeof refusals;

/** The stable codes of a field's errors. */
export const FIELD_CODES = [
  "required",
  "wrong_type",
  "unknown_field",
  "repeated",
  "malformed",
  "taken",
  "too_short",
  "too_long",
  "too_large",
  "out_of_range",
  "invalid",
  "invalid_format",
  "invalid_characters",
  "invalid_start",
  "invalid_choice",
  "no_letter",
  "no_lowercase",
  "no_uppercase",
  "no_digit",
  "reserved",
  "common",
  "unchanged",
  "wrong",
  "unsupported_type",
  "damaged",
  "rate_limited",
] as const;

export type FieldCode = (typeof FIELD_CODES)[number];

/** An error of a field, or of the whole input if `field` is null. `code` is for programs, `detail` tells people what to do. */
export type FieldError = { field: string | null; code: FieldCode; detail: string };

/** "Try again in about 3 minutes.", rounded up, so that it is never too early. */
function retryAdvice(seconds: number): string {
  const [count, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 3_600 ? [Math.ceil(seconds / 60), "minute"] : [Math.ceil(seconds / 3_600), "hour"];
  return `Try again in ${unit === "second" ? "" : "about "}${count} ${unit}${count === 1 ? "" : "s"}.`;
}

/** A refusal for the caller to see. Any other error is a fault of the service. */
export class AccountsError extends Error {
  readonly code: RefusalCode;
  readonly fields: FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: RefusalCode, more: { detail?: string; fields?: FieldError[]; retryAfterSeconds?: number } = {}) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0; // refusals need no stack, which would take a twentieth of the time in a flood (measured)
    super(more.detail ?? refusals[code] + (more.retryAfterSeconds ? ` ${retryAdvice(more.retryAfterSeconds)}` : ""));
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "AccountsError";
    this.code = code;
    this.fields = more.fields ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}
