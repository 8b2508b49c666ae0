import { hash } from "node:crypto";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "#accounts/clock.ts";

const MEGABYTE = 1_000_000;

/** A number that the operator can set, from 1 to `max`; `unit` is what one of it stands for. */
export type Setting = { setting: string; default: number; max: number; unit?: number };

/**
 * A limit allows `free` within `windowMs`. After that, a plain limit refuses until the window ends. A growing limit makes each
 * further one wait longer and restarts its window, and may close at `closesAt`.
 */
export type Rule = {
  /** What is counted, in the words of SECURITY.md. */
  counts: string;
  free: Setting | number;
  windowMs: number;
  grows: boolean;
  closesAt?: Setting | number;
  /** Whether it is on guesses at a password. Those under way are counted in the database before they are checked. */
  ofGuesses?: true;
  /** What to do about a field that the limit refuses. */
  advice?: string;
};

const MAX_SETTING = 99_999;
const SECOND_FACTOR_CLOSES = 100; // NIST SP 800-63B-4 3.2.2
const ACCOUNT_FREE = { setting: "LIMIT_LOGIN_PER_ACCOUNT_FREE", default: 20, max: 100 };
const ACCOUNT_CLOSES = { setting: "LIMIT_LOGIN_PER_ACCOUNT", default: 100, max: 100 };

/** Limits with counters in the database, which hold across restarts and processes. */
export const LIMITS = {
  login_device: {
    counts: "failed log-ins on one account from one address or known device",
    free: { setting: "LIMIT_LOGIN_PER_DEVICE", default: 5, max: 10 },
    windowMs: DAY_MS,
    grows: true,
    ofGuesses: true,
  },
  /** Password spraying. */
  login_address: {
    counts: "failed log-ins from one address, on all accounts together",
    free: { setting: "LIMIT_LOGIN_PER_ADDRESS", default: 20, max: MAX_SETTING },
    windowMs: 5 * MINUTE_MS,
    grows: false,
    ofGuesses: true,
  },
  /** Guesses from many addresses. */
  login_account: {
    counts: "failed log-ins on one account from all unknown devices together",
    free: ACCOUNT_FREE,
    windowMs: 30 * DAY_MS,
    grows: true,
    closesAt: ACCOUNT_CLOSES,
    ofGuesses: true,
  },
  /** Of somebody who knows the password. */
  second_factor: {
    counts: "wrong codes of an authenticator app on one account from all unknown devices together, and from one known address",
    free: 7,
    windowMs: DAY_MS,
    grows: false,
  },
  second_factor_browser: {
    counts: "wrong second factors on one account from one known browser",
    free: 5,
    windowMs: DAY_MS,
    grows: true,
  },
  second_factor_in_a_row: {
    counts: "wrong codes in a row on one account from all unknown devices together",
    free: SECOND_FACTOR_CLOSES,
    windowMs: 30 * DAY_MS,
    grows: true,
    closesAt: SECOND_FACTOR_CLOSES,
  },
  /** Apart from other codes, so that whoever guesses those can't keep the owner from using one. */
  recovery_code: {
    counts: "wrong recovery codes on one account from all unknown devices together, and from one known address",
    free: 3,
    windowMs: DAY_MS,
    grows: false,
  },
  challenges: {
    counts: "log-ins that ask for a second factor, on one account from one known device, and from all unknown ones together",
    free: 60,
    windowMs: HOUR_MS,
    grows: false,
  },
  reauthentication: {
    counts: "wrong current passwords in one session",
    free: { setting: "LIMIT_REAUTHENTICATION", default: 5, max: 50 },
    windowMs: DAY_MS,
    grows: true,
    ofGuesses: true,
  },
  /** Guesses in stolen sessions. */
  reauthentication_user: {
    counts: "wrong current passwords in all sessions of one user together",
    free: ACCOUNT_FREE,
    windowMs: 30 * DAY_MS,
    grows: true,
    closesAt: ACCOUNT_CLOSES,
    ofGuesses: true,
  },
  /** The answer reveals who has an account. */
  names_taken: {
    counts: "answers that a name is taken, to one address, and to one user who changes the profile",
    free: { setting: "LIMIT_NAMES_TAKEN", default: 10, max: MAX_SETTING },
    windowMs: HOUR_MS,
    grows: false,
    advice: "Too many names were tried that are taken. Leave this as it is for now, or try again later.",
  },
  registration: {
    counts: "accounts created from one address",
    free: { setting: "LIMIT_REGISTRATIONS", default: 300, max: MAX_SETTING },
    windowMs: HOUR_MS,
    grows: false,
  },
  picture_bytes: {
    counts: "bytes of new pictures, as they are stored, from one address, and of one user",
    free: { setting: "LIMIT_PICTURE_MEGABYTES", default: 50, max: MAX_SETTING, unit: MEGABYTE },
    windowMs: DAY_MS,
    grows: false,
    advice: "Too many pictures were sent today. Leave the picture out, and add it later.",
  },
  email_requests: {
    counts: "emails with a link that are asked for from one address, and by one user",
    free: { setting: "LIMIT_EMAIL_REQUESTS", default: 20, max: MAX_SETTING },
    windowMs: HOUR_MS,
    grows: false,
    advice: "Too many emails were asked for. Try again later.",
  },
  /** Nobody's mailbox can be flooded. */
  emails_hour: {
    counts: "emails with a link to one email address",
    free: 3,
    windowMs: HOUR_MS,
    grows: false,
    advice: "Too many emails were sent to this address. Try again later.",
  },
  emails_day: {
    counts: "the same in a day",
    free: 10,
    windowMs: DAY_MS,
    grows: false,
    advice: "Too many emails were sent to this address. Try again tomorrow.",
  },
  emails_unknown: {
    counts: "emails to one email address which say that it has no account",
    free: 1,
    windowMs: DAY_MS,
    grows: false,
  },
  notices: {
    counts: "notices of one kind to one email address",
    free: 10,
    windowMs: DAY_MS,
    grows: false,
  },
} satisfies Record<string, Rule>;

/** Limits that each process counts in memory, because a count in the database would cost more than what it limits. */
export const BUDGETS = {
  invalid_tokens: {
    counts: "invalid tokens from one address",
    free: { setting: "LIMIT_INVALID_TOKENS", default: 600, max: MAX_SETTING },
    windowMs: MINUTE_MS,
    grows: false,
  },
  passkey_options: {
    counts: "challenges for passkeys that are asked for from one address",
    free: 600,
    windowMs: MINUTE_MS,
    grows: false,
  },
  changes: {
    counts: "changes of one user's profile and names of sessions",
    free: { setting: "LIMIT_CHANGES", default: 1_000, max: MAX_SETTING },
    windowMs: HOUR_MS,
    grows: false,
  },
  /** Separate from other changes, which a thief of a session could use up. */
  password_changes: {
    counts: "changes of one user's password",
    free: 100,
    windowMs: HOUR_MS,
    grows: false,
  },
  exports: {
    counts: "downloads of one user's data",
    free: 20,
    windowMs: HOUR_MS,
    grows: false,
  },
  sessions_opened: {
    counts: "log-ins of one user",
    free: 2_500,
    windowMs: HOUR_MS,
    grows: false,
  },
} satisfies Record<string, Rule>;

/** The settings of all limits by name. */
export const limitSettings = new Map(
  [...Object.values(LIMITS), ...Object.values(BUDGETS)]
    .flatMap(({ free, closesAt }: Rule) => [free, closesAt])
    .filter((amount) => typeof amount === "object")
    .map((amount) => [amount.setting, amount]),
);

/** A limit of one party. `fields` are those that a refusal is about, if the request would pass without them. */
export type Limit = { name: keyof typeof LIMITS; key: string; fields?: string[] };

/** A limit of the party that `who` identifies, which is stored only as a hash. */
export function limit(name: Limit["name"], ...who: (string | number)[]): Limit {
  return { name, key: `${name}:${hash("sha256", who.join("\0"), "base64url").slice(0, 22)}` };
}
