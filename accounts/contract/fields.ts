import * as z from "zod/mini";
import {
  atLeast,
  BIO_MAX_LENGTH,
  CONTACT_INFORMATION_MAX_LENGTH,
  DEVICE_NAME_MAX_LENGTH,
  EMAIL_MAX_BYTES,
  PASSWORD_MAX_LENGTH,
  PASSWORD_MIN_LENGTH,
  PASSWORD_RULES,
  USERNAME_MAX_LENGTH,
  USERNAME_MIN_LENGTH,
} from "./field-rules.ts";
import { rule } from "./rules.ts";

z.config({ jitless: "document" in globalThis }); // zod's compiler probes `eval`, which a strict Content-Security-Policy reports

/*
 * The rules of all fields, for the API, the forms and the OpenAPI document. Rules are regular expressions where possible,
 * because those appear in the document and `refine` doesn't. Lengths count code points, as JSON Schema does.
 */

const LOGIN_PASSWORD_MAX_LENGTH = 1_024; // a bound on what is hashed, not the policy for new passwords

export const RESERVED_USERNAMES = `
  account accounts administrator anonymous avatars contact everyone hostmaster latchkey logout moderator
  no-reply noreply official operator password postmaster privacy profile register security service services
  session sessions settings sign-in sign-out support suspended sysadmin system undefined username webmaster
`
  .trim()
  .split(/\s+/);

/** A maximum length in characters (code points), and the rule that a longer text breaks. */
type Limit = { length: number; rule: string };

/** At most `length` characters. `what` names the text, because an error summary shows the sentence without the field's label. */
export const atMost = (length: number, what: string): Limit => ({
  length,
  rule: rule("too_long", `Use at most ${length.toLocaleString("en")} characters for ${what}.`),
});

const WRONG_TYPE = rule("wrong_type", "This must be text.");

/*
 * How much NFC can shrink a text: up to six UTF-16 units become one character (U+16126, decomposed). The other normalisations
 * below shrink it less.
 */
const UNITS_A_CHARACTER = 6;

/**
 * Refuses a text by its raw length before any other rule runs, because normalising or matching megabytes takes seconds to hours.
 * The bound admits every valid text in any normalisation form; the exact length is checked after normalising.
 */
const bounded = (base: z.ZodMiniString, limit: Limit) =>
  base.check(z.refine<string>((value) => value.length <= limit.length * UNITS_A_CHARACTER, { error: limit.rule, abort: true }));

export const text = (limit: Limit) => bounded(z.string(WRONG_TYPE), limit);

/** A required text. A missing one breaks the rule `required` with this sentence; `present` adds the same for an empty one. */
export const requiredText = (sentence: string, limit: Limit) =>
  bounded(z.string({ error: (issue) => (issue.input == null ? rule("required", sentence) : WRONG_TYPE) }), limit);
export const present = (sentence: string) => z.regex(/[\s\S]/u, { error: rule("required", sentence), abort: true });

const wellFormed = z.regex(/^\P{Surrogate}*$/u, {
  error: rule("invalid_characters", "This has a broken character in it. Type it again."),
  abort: true,
});

// Tabs and line breaks are allowed. Other control characters aren't, nor those that reorder text (Trojan Source).
const FORBIDDEN = String.raw`\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF\p{Surrogate}`;
const plainText = z.regex(new RegExp(`^[^${FORBIDDEN}]*$`, "u"), {
  error: rule("invalid_characters", "Remove the invisible control characters from this text."),
  abort: true,
});
const oneLine = z.regex(/^[^\t\r\n\u2028\u2029]*$/u, rule("invalid_characters", "This must be a single line."));

const upTo = (limit: Limit) => z.regex(new RegExp(`^[\\s\\S]{0,${limit.length}}$`, "u"), limit.rule);

// Many mail servers can't deliver to non-ASCII local parts (RFC 6531) or to quoted ones (RFC 5321 4.1.2).
const deliverable = z.regex(/^[^"\u0080-\u{10FFFF}]*@|^[^@]*$/u, {
  error: rule(
    "invalid_characters",
    "Before the @ of your email address, use only the letters A to Z, digits and common signs: many mail servers cannot deliver to other letters or to names in quotes.",
  ),
  abort: true,
});

// The characters that HTML's email field allows, except "%", which some mail servers use for routing.
const LOCAL_CHARACTER = "[A-Za-z0-9!#$&'*+\\/=?^_`{|}~\\-]";
const LABEL = String.raw`[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}\-]{0,61}[\p{L}\p{M}\p{N}])?`;
const EMAIL_PATTERN = new RegExp(
  `^(?=[^@]{1,64}@)${LOCAL_CHARACTER}+(?:\\.${LOCAL_CHARACTER}+)*@(?:${LABEL}\\.)+(?!\\p{N}+$)${LABEL}$`,
  "u",
);

const emailLimit = atMost(EMAIL_MAX_BYTES, "your email address");

export const Email = requiredText("Enter your email address.", emailLimit).check(
  z.trim(),
  present("Enter your email address."),
  deliverable,
  z.regex(EMAIL_PATTERN, {
    error: rule("invalid_format", "Enter an email address like name@example.org."),
    abort: true,
  }),
  z.refine((email) => new TextEncoder().encode(email).length <= EMAIL_MAX_BYTES, emailLimit.rule),
  z.meta({
    description: "An email address, unique, ignoring case.",
    format: "email",
    maxLength: EMAIL_MAX_BYTES,
    examples: ["ada@example.org"],
  }),
);

/** The rule of usernames without length and reserved words, as one expression that works in JavaScript, Python and RE2. */
export const USERNAME_PATTERN = "^(?:[A-Za-z][A-Za-z0-9._-]*|[0-9][0-9._-]*[A-Za-z][A-Za-z0-9._-]*)$";
const usernameLimit = atMost(USERNAME_MAX_LENGTH, "your username");

export const Username = requiredText("Choose a username.", usernameLimit).check(
  present("Choose a username."),
  z.regex(/^[A-Za-z0-9._-]*$/, {
    error: rule("invalid_characters", "Use only the letters A to Z, digits, and . _ - in your username, without spaces."),
    abort: true,
  }),
  z.regex(atLeast(USERNAME_MIN_LENGTH), rule("too_short", `Use at least ${USERNAME_MIN_LENGTH} characters for your username.`)),
  upTo(usernameLimit),
  z.regex(/^[A-Za-z0-9]/, rule("invalid_start", "Start your username with a letter or a digit.")),
  z.regex(/[A-Za-z]/, rule("no_letter", "Use at least one letter in your username.")),
  z.regex(new RegExp(`^(?!(?:${RESERVED_USERNAMES.join("|")})$)`, "i"), {
    error: rule("reserved", "This username is reserved. Choose another one."),
  }),
  z.meta({
    description: `${USERNAME_MIN_LENGTH} to ${USERNAME_MAX_LENGTH} characters of A–Z, a–z, 0–9, “.”, “_” and “-”; starts with a letter or digit and has at least one letter. Unique, ignoring case.`,
    minLength: USERNAME_MIN_LENGTH,
    maxLength: USERNAME_MAX_LENGTH,
    pattern: USERNAME_PATTERN,
    examples: ["ada.lovelace"],
  }),
);

const passwordLimit = atMost(PASSWORD_MAX_LENGTH, "your password");

/** A new password. NFC makes it independent of the keyboard that it is typed on (NIST SP 800-63B-4 3.1.1.2). */
export const NewPassword = requiredText("Choose a password.", passwordLimit).check(
  z.normalize("NFC"),
  present("Choose a password."),
  wellFormed,
  ...PASSWORD_RULES.map(({ pattern, error }) => z.regex(pattern, error)),
  upTo(passwordLimit),
  z.meta({
    description: `${PASSWORD_MIN_LENGTH} to ${PASSWORD_MAX_LENGTH} characters with at least one lowercase letter, one uppercase letter and one digit, of any script. Every other character is welcome, spaces included. Normalised to NFC, never truncated.`,
    format: "password",
    minLength: PASSWORD_MIN_LENGTH,
    maxLength: PASSWORD_MAX_LENGTH,
    examples: ["Correct horse 7 battery"],
  }),
);

const givenPasswordLimit = { length: LOGIN_PASSWORD_MAX_LENGTH, rule: rule("too_long", "This is too long to be your password.") };

/** A password given as proof. The policy for new passwords doesn't apply, so that a stricter one locks nobody out. */
export const GivenPassword = requiredText("Enter your password.", givenPasswordLimit).check(
  z.normalize("NFC"),
  present("Enter your password."),
  wellFormed,
  z.maxLength(LOGIN_PASSWORD_MAX_LENGTH, givenPasswordLimit.rule),
  z.meta({ format: "password", examples: ["Correct horse 7 battery"] }),
);

// Browsers send line breaks as CR LF, most API clients as LF. LF is stored.
const lineFeeds = z.overwrite<string>((value) => value.replace(/\r\n?/g, "\n"));

const bioLimit = atMost(BIO_MAX_LENGTH, "the text about you");
export const Bio = text(bioLimit).check(
  lineFeeds,
  plainText,
  upTo(bioLimit),
  z.meta({ description: "About the person, shown as plain text.", maxLength: BIO_MAX_LENGTH, examples: ["Mathematician."] }),
);
const contactLimit = atMost(CONTACT_INFORMATION_MAX_LENGTH, "your contact information");
export const ContactInformation = text(contactLimit).check(
  lineFeeds,
  plainText,
  upTo(contactLimit),
  z.meta({
    description: "How to reach the person, shown as plain text.",
    maxLength: CONTACT_INFORMATION_MAX_LENGTH,
    examples: ["Office 3, mornings"],
  }),
);
const deviceNameLimit = atMost(DEVICE_NAME_MAX_LENGTH, "the name");
/** A name of one line that users give to something of theirs. */
export const givenName = (base: z.ZodMiniString, limit: Limit, description: string, example: string) =>
  base.check(z.trim(), plainText, oneLine, upTo(limit), z.meta({ description, maxLength: limit.length, examples: [example] }));
const deviceName = (base: z.ZodMiniString) =>
  givenName(base, deviceNameLimit, "A name for the session, shown in the list of sessions.", "Build server");
export const DeviceName = deviceName(text(deviceNameLimit));
export const NewDeviceName = deviceName(requiredText("Give the session a name, or an empty one to take its name away.", deviceNameLimit));

/** An id in a request: a positive integer without sign or leading zeros. */
export const ID_PATTERN = /^[1-9]\d{0,15}$/;

/** The id in a text, or null if it isn't one. */
export const idFrom = (text: string): number | null => (ID_PATTERN.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null);

export const AccountStatus = z.enum(["active", "inactive"], rule("invalid_choice", "Choose “active” or “inactive”."));

export const flag = (description: string) => z.boolean(rule("wrong_type", "This must be true or false.")).check(z.meta({ description }));
