import { rule } from "./rules.ts";

/*
 * What pages show of the rules of fields: lengths, hints, and the rules of a new password. Without zod, which a browser loads
 * only once something is typed.
 */

export const EMAIL_MAX_BYTES = 254; // RFC 5321 4.5.3.1.3: 256 with the angle brackets
export const USERNAME_MIN_LENGTH = 6;
export const USERNAME_MAX_LENGTH = 30;
export const PASSWORD_MIN_LENGTH = 8;
export const PASSWORD_MAX_LENGTH = 256;
export const BIO_MAX_LENGTH = 2_000;
export const CONTACT_INFORMATION_MAX_LENGTH = 500;
export const DEVICE_NAME_MAX_LENGTH = 60;
export const PASSKEY_NAME_MAX_LENGTH = 60;
export const MAX_TOKEN_DAYS = 365;
export const DEFAULT_TOKEN_DAYS = 90;

/** The rule of usernames for people; fields.ts enforces it. */
export const USERNAME_HINT = `${USERNAME_MIN_LENGTH} to ${USERNAME_MAX_LENGTH} characters: letters A–Z, numbers, dots, hyphens or underscores. Start with a letter or a number, and use at least one letter.`;

export const atLeast = (length: number) => new RegExp(`^[\\s\\S]{${length},}$`, "u");

/** The rules of a new password as a list, which the pages and the policy document show. */
export const PASSWORD_RULES = [
  {
    id: "length",
    pattern: atLeast(PASSWORD_MIN_LENGTH),
    label: `at least ${PASSWORD_MIN_LENGTH} characters`,
    error: rule("too_short", `Use at least ${PASSWORD_MIN_LENGTH} characters for your password.`),
  },
  {
    id: "lowercase",
    pattern: /\p{Ll}/u,
    label: "a lowercase letter",
    error: rule("no_lowercase", "Add a lowercase letter to your password."),
  },
  {
    id: "uppercase",
    pattern: /\p{Lu}/u,
    label: "an uppercase letter",
    error: rule("no_uppercase", "Add an uppercase letter to your password."),
  },
  { id: "digit", pattern: /\p{Nd}/u, label: "a number", error: rule("no_digit", "Add a number to your password.") },
];
