import { hash } from "node:crypto";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";

const MEGABYTE = 1_000_000;
const MAX_LOGINS = 2_500;
const MAX_PASSWORD_CHANGES = 100;

/**
 * `free` of what a limit counts cost nothing within `windowMs`. Then a plain limit refuses until the window ends; a growing
 * one makes each further one wait longer, its window begins anew with each, and it may close altogether.
 */
export type Rule = {
  /** What is counted, of whom, as SECURITY.md says it. */
  counts: string;
  free: () => number;
  windowMs: number;
  grows: boolean;
  closesAt?: () => number;
  /** What to do about a field that is refused by it. */
  advice?: string;
};

/** Limits whose counters are in the database: they hold across restarts and processes. */
export const LIMITS = {
  login_device: {
    counts: "failed log-ins on one account from one address or known device",
    free: () => config().limits.loginPerDevice,
    windowMs: DAY_MS,
    grows: true,
  },
  /** Password spraying. */
  login_address: {
    counts: "failed log-ins from one address, on all accounts together",
    free: () => config().limits.loginPerAddress,
    windowMs: 5 * MINUTE_MS,
    grows: false,
  },
  /** A guess spread over many addresses. */
  login_account: {
    counts: "failed log-ins on one account from all unknown devices together",
    free: () => config().limits.loginPerAccountFree,
    windowMs: 30 * DAY_MS,
    grows: true,
    closesAt: () => config().limits.loginPerAccount,
  },
  reauthentication: {
    counts: "wrong current passwords in one session",
    free: () => config().limits.reauthentication,
    windowMs: DAY_MS,
    grows: true,
  },
  /** Guesses in stolen sessions. */
  reauthentication_user: {
    counts: "wrong current passwords in all sessions of one user together",
    free: () => config().limits.loginPerAccountFree,
    windowMs: 30 * DAY_MS,
    grows: true,
    closesAt: () => config().limits.loginPerAccount,
  },
  /** The answer could be used to find out who has an account. */
  names_taken: {
    counts: "answers that a name is taken, to one address, and to one user who changes the profile",
    free: () => config().limits.namesTaken,
    windowMs: HOUR_MS,
    grows: false,
    advice: "Too many names were tried that are taken. Leave this as it is for now, or try again later.",
  },
  registration: {
    counts: "accounts created from one address",
    free: () => config().limits.registrations,
    windowMs: HOUR_MS,
    grows: false,
  },
  picture_bytes: {
    counts: "bytes of new pictures, as they are stored, from one address, and of one user",
    free: () => config().limits.pictureMegabytes * MEGABYTE,
    windowMs: DAY_MS,
    grows: false,
    advice: "Too many pictures were sent today. Leave the picture out, and add it later.",
  },
} satisfies Record<string, Rule>;

/** Limits that each process counts in its memory: in the database a count of every one would cost more than what it limits. */
export const BUDGETS = {
  invalid_tokens: {
    counts: "invalid tokens from one address",
    free: () => config().limits.invalidTokens,
    windowMs: MINUTE_MS,
    grows: false,
  },
  changes: {
    counts: "changes of one user's profile and names of sessions",
    free: () => config().limits.changes,
    windowMs: HOUR_MS,
    grows: false,
  },
  /** Apart from other changes, since whoever has stolen a session could use those up. */
  password_changes: {
    counts: "changes of one user's password",
    free: () => MAX_PASSWORD_CHANGES,
    windowMs: HOUR_MS,
    grows: false,
  },
  sessions_opened: {
    counts: "log-ins of one user",
    free: () => MAX_LOGINS,
    windowMs: HOUR_MS,
    grows: false,
  },
} satisfies Record<string, Rule>;

/** A limit applied to somebody. `fields` are the ones that a refusal is about, if the rest could do without them. */
export type Limit = { name: keyof typeof LIMITS; key: string; fields?: string[] };

/** The counter of a limit for somebody; what identifies them is stored only as a hash. */
export function limit(name: Limit["name"], ...who: (string | number)[]): Limit {
  return { name, key: `${name}:${hash("sha256", who.join("\0"), "base64url").slice(0, 22)}` };
}
