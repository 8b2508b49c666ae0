/** Every refusal of the domain: its stable code, and the sentence that a person or client gets. */
export const refusals = {
  validation_failed: "Some fields need your attention.",
  user_already_exists: "A user with this e-mail address or username already exists.",
  invalid_credentials: "The e-mail address or the password is wrong.",
  account_inactive: "This account is not active. Ask the operator of this service to activate it.",
  account_suspended: "This account is suspended. Ask the operator of this service about it.",
  authentication_required: "Sign in first: send the token of a session as “Authorization: Bearer <token>”.",
  invalid_token: "This token is not valid (any more). Log in again to get a new one.",
  not_your_account: "You can only change your own account.",
  recent_login_required: "A new e-mail address needs a log-in within the last 10 minutes, or your current password beside it.",
  wrong_password: "The current password is wrong.",
  not_found: "There is nothing here with this name.",
  rate_limited: "Too many attempts. Wait a while, then try again.",
  overloaded: "The service is very busy. Try again in a moment.",
} as const;

export type RefusalCode = keyof typeof refusals;

/** One wrong field. `code` is stable for machines, `detail` tells a person what to do. */
export type FieldError = { field: string; code: string; detail: string };

/** A refusal that the caller is meant to see. Anything else that is thrown is a fault of ours. */
export class AccountsError extends Error {
  readonly code: RefusalCode;
  readonly fields: FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: RefusalCode, more: { fields?: FieldError[]; retryAfterSeconds?: number } = {}) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0; // nobody reads where a refusal came from, and in a flood that would take a twentieth of the time
    super(refusals[code]);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "AccountsError";
    this.code = code;
    this.fields = more.fields ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}
