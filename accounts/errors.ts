export const RECENT_LOGIN_MINUTES = 10; // ASVS 7.5.1
export const RECENT_LOGIN_MS = RECENT_LOGIN_MINUTES * 60_000;

/** The domain's refusals by code, with their general sentences. Sentences about fields stand beside their rules. */
export const refusals = {
  validation_failed: "Some fields need your attention.",
  user_already_exists: "A user with this email address or username already exists.",
  invalid_credentials: "That email address or password isn’t right.",
  account_inactive: "Your account isn’t active. Contact the people who run this site.",
  account_deleting: "Your account is going to be deleted. You can keep it until then.",
  account_suspended: "Your account is suspended. Contact the people who run this site.",
  authentication_required: "Sign in first: send the token of a session as “Authorization: Bearer <token>”.",
  invalid_token: "This token is invalid or has expired. Log in again for a new one.",
  not_permitted: "This token may not do that. Log in, and use the token of that session.",
  not_your_account: "You can only change your own account.",
  recent_login_required: `For this, log in again (within the last ${RECENT_LOGIN_MINUTES} minutes) or include your current password.`,
  wrong_password: "The current password is wrong.",
  second_factor_required: "Your password is right. Finish with a second factor.",
  second_factor_setup_required: "Your password is right. Everybody here needs a second factor: set one up to go on.",
  invalid_code: "This code isn’t right. Enter a new one.",
  invalid_challenge: "This sign-in has ended: it was used, took too long, or had too many wrong codes. Start again.",
  invalid_passkey: "This passkey can’t be used here. Try again, or sign in another way.",
  email_unverified: "Confirm your email address first: we’ve sent you a link. Then sign in again.",
  invalid_link: "This link doesn’t work any more: it has been used, has expired, or isn’t complete. Ask for a new one.",
  reset_required: "Somebody said that they didn’t make a change here. Reset the password first, with the link in the email.",
  mail_unavailable: "This service can’t send email. Contact the people who run this site.",
  already_set_up: "This is set up already.",
  last_way_in: "This is your last way to sign in. Set a password or add another passkey first.",
  too_many_passkeys: "You have as many passkeys as an account can have. Remove one first.",
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
  "unknown",
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

/** The limit that refuses something: how much it allows within how long. */
export type Quota = { name: string; free: number; windowSeconds: number };

/** A refusal for the caller to see. Any other error is a fault of the service. */
export class AccountsError extends Error {
  readonly code: RefusalCode;
  readonly fields: FieldError[];
  readonly retryAfterSeconds: number | undefined;
  readonly quota: Quota | undefined;
  /** More about it, for programs. */
  readonly members: object;

  constructor(
    code: RefusalCode,
    more: { detail?: string; fields?: FieldError[]; retryAfterSeconds?: number; quota?: Quota; members?: object } = {},
  ) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0; // refusals need no stack, which would take a twentieth of the time in a flood (measured)
    super(more.detail ?? refusals[code] + (more.retryAfterSeconds ? ` ${retryAdvice(more.retryAfterSeconds)}` : ""));
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "AccountsError";
    this.code = code;
    this.fields = more.fields ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.quota = more.quota;
    this.members = more.members ?? {};
  }
}
