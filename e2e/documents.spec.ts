import { existsSync, globSync, readFileSync } from "node:fs";
import { maxHeaderSize } from "node:http";
import { dirname, join } from "node:path";
import { expect, test } from "@playwright/test";
import * as z from "zod/mini";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "#accounts/clock.ts";
import { readConfig } from "#accounts/config.ts";
import { ActivityInput, AUDIT_EVENT_TYPES } from "#accounts/contract/api-schemas.ts";
import { FIELD_CODES } from "#accounts/errors.ts";
import { BUDGETS, LIMITS, type Rule } from "#accounts/limits/limits.ts";
import { commonPasswords } from "#accounts/passwords/common-passwords.ts";
import { settings } from "#accounts/settings.ts";
import { auditCommands } from "#cli/audit.ts";
import { backupCommands } from "#cli/backup.ts";
import { deletionCommands } from "#cli/deletions.ts";
import { doctorCommands } from "#cli/doctor.ts";
import { emailCommands } from "#cli/emails.ts";
import { keyCommands } from "#cli/keys.ts";
import { moveCommands } from "#cli/move.ts";
import { serviceKeyCommands } from "#cli/service-keys.ts";
import { sessionCommands } from "#cli/sessions.ts";
import { statusCommands } from "#cli/status.ts";
import { userCommands } from "#cli/users.ts";
import { api } from "#http/api.ts";
import { problems } from "#http/problem.ts";
import { generatedFiles } from "../clients/generated.ts";

/* The documents agree with the code, and with each other. These tests read files only. */

const ROOT = join(import.meta.dirname, "..");
const DOCUMENTS = [...globSync(["*.md", "docs/*.md"], { cwd: ROOT }), ".env.example"].sort();

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** The part of a document under a heading of the first two levels, up to the next of these. */
function sectionOf(file: string, heading: string): string {
  const section = read(file)
    .split(/^##? /m)
    .find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${file} has no section “${heading}”`);
  return section;
}

/** The cells of the rows of a section's tables, without their headings. */
const rowsOf = (file: string, heading: string): string[][] =>
  sectionOf(file, heading)
    .split("\n")
    .filter((line, at, lines) => line.startsWith("| ") && !lines[at + 1]?.startsWith("|--"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const code = (cell = "") => cell.match(/`([^`]+)`/)?.[1] ?? cell;

test("docs/api.md has every address of the API, and none that doesn't exist", () => {
  const written = rowsOf("docs/api.md", "Addresses").map(([address = "", access]) => `${address.replaceAll("`", "")} ${access}`);
  const page = "GET /auth/docs/ public";
  expect(written.toSorted()).toEqual(
    [...Object.values(api).map(({ method, path, access }) => `${method} ${path} ${access}`), page].toSorted(),
  );
});

test("what is made from the API's table is current; if not, run “npm run clients:generate”", () => {
  for (const [path, text] of Object.entries(generatedFiles())) expect(read(path), path).toBe(text);
});

test("docs/api.md has every error code with its status, and none that doesn't exist", () => {
  const written = rowsOf("docs/api.md", "Errors").map(([name, status]) => `${code(name)} ${status}`);
  expect(written.toSorted()).toEqual(
    Object.entries(problems)
      .map(([name, { status }]) => `${name} ${status}`)
      .toSorted(),
  );
});

test("docs/api.md has every code of a field, and none that doesn't exist", () => {
  const [, list = ""] = sectionOf("docs/api.md", "Errors").match(/^Codes of single fields: (.*?)\. /m) ?? [];
  expect([...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name).toSorted()).toEqual([...FIELD_CODES].toSorted());
});

test("SECURITY.md lists every audit event, and none that doesn't exist", () => {
  const [, list = ""] = sectionOf("SECURITY.md", "What is logged").match(/^Events: (.*?)\. /m) ?? [];
  expect([...list.matchAll(/`([^`]+)`/g)].map(([, type]) => type).toSorted()).toEqual([...AUDIT_EVENT_TYPES].toSorted());
});

test("README.md lists every command, and none that doesn't exist", () => {
  const nouns = {
    user: userCommands,
    session: sessionCommands,
    "service-key": serviceKeyCommands,
    email: emailCommands,
    key: keyCommands,
    deletion: deletionCommands,
    audit: auditCommands,
  };
  const commands = Object.entries(nouns).flatMap(([noun, verbs]) => Object.keys(verbs).map((verb) => `${noun} ${verb}`));
  const written = rowsOf("README.md", "Command line").flatMap(([cell = ""]) =>
    [...cell.matchAll(/`([a-z-]+(?: [a-z][a-z-]*)?)/g)].map(([, words]) => words),
  );
  expect([...new Set(written)].toSorted()).toEqual(
    [...commands, ...Object.keys({ ...statusCommands, ...doctorCommands, ...backupCommands, ...moveCommands })].toSorted(),
  );
});

test("every package that is installed has its reason in docs/decisions.md", () => {
  const { dependencies, devDependencies } = JSON.parse(read("package.json"));
  const reasons = sectionOf("docs/decisions.md", "Libraries");
  const installed = Object.keys({ ...dependencies, ...devDependencies }).map((name) => name.replace(/^@types\/.*/, "@types/*"));
  expect(installed.filter((name) => !reasons.includes(`\`${name}\``))).toEqual([]);
});

/** Each setting's default as .env.example writes it, and the comment above it. */
const example = new Map(
  [...read(".env.example").matchAll(/((?:^# .*\n)+)#([A-Z_]+)=(.*)$/gm)].map(([, comment = "", name = "", value = ""]) => [
    name,
    { comment, value },
  ]),
);
const described = new Map(rowsOf("docs/settings.md", "Settings").map(([name, value = "", values = ""]) => [code(name), { value, values }]));

test("every setting is in .env.example and docs/settings.md, with its default", () => {
  const names = Object.keys(settings).toSorted();
  expect([...example.keys()].toSorted()).toEqual(names);
  expect([...described.keys()].toSorted()).toEqual(names);
  const defaults = Object.fromEntries([...example].map(([name, { value }]) => [name, value]));
  expect(JSON.stringify(readConfig(defaults))).toBe(JSON.stringify(readConfig({})));
  const written = [...described, ...rowsOf("README.md", "Settings").map(([name, value = ""]) => [code(name), { value }] as const)];
  for (const [name, { value }] of written) {
    const wanted = name === "PUBLIC_URL" ? "`http://HOST:PORT`" : defaults[name] ? `\`${defaults[name]}\`` : "none";
    expect(value, name).toBe(wanted);
  }
});

test("every range of a setting is the one that is enforced", () => {
  const ranges = [
    ...[...described].map(([name, { values }]) => [name, values.match(/(\d+)–(\d+)$/)] as const),
    ...[...example].map(([name, { comment }]) => [name, comment.match(/(\d+) to (\d+)\./)] as const),
  ];
  const accepts = (name: string, value: number) => z.safeParse(settings[name as keyof typeof settings], String(value)).success;
  let found = 0;
  for (const [name, range] of ranges) {
    if (!range) continue;
    found++;
    const [least, most] = range.slice(1).map(Number) as [number, number];
    expect(
      [least - 1, least, most, most + 1].map((value) => accepts(name, value)),
      `${name}: ${range[0]}`,
    ).toEqual([false, true, true, false]);
  }
  expect(found).toBeGreaterThan(20);
});

const UNITS: Record<string, number> = {
  KiB: 1024,
  MiB: 1024 * 1024,
  megapixel: 1_000_000,
  second: SECOND_MS,
  minute: MINUTE_MS,
  hour: HOUR_MS,
  day: DAY_MS,
};

/** A number as documents write it, in bytes, pixels, milliseconds or pieces. */
const amount = (number = "", unit = "") => Number(number.replaceAll(",", "")) * (UNITS[unit.replace(/s$/, "")] ?? 1);

const sources = globSync("{accounts,app,cli,db,http}/**/*.ts", { cwd: ROOT }).filter((file) => !file.endsWith(".test.ts"));
const constants = [...sources, "server.ts", "e2e/rules.spec.ts"].flatMap((file) =>
  [...read(file).matchAll(/\b([A-Z]\w+|[a-z]+Cost|parallelism)(?: =|:) ([\w */]*\w)/g)].map(([, name, text = ""]) => ({
    file,
    name,
    text,
  })),
);

/**
 * A constant of the code by its name, such as `DRAIN_MS = 8 * SECOND_MS`, in bytes, pixels, milliseconds or pieces. Where
 * several files have one of this name, `inFile` is the end of the one that is meant.
 */
function constant(name: string, inFile = ""): number {
  const [found, ...more] = constants.filter((one) => one.name === name && one.file.endsWith(inFile));
  if (!found || more.length > 0) throw new Error(`${found ? "Several constants are" : "No constant is"} called ${name} ${inFile}`);
  const factor = (word: string) =>
    /^\d/.test(word) ? Number(word.replaceAll("_", "")) : (UNITS[word.replace("_MS", "").toLowerCase()] ?? constant(word, found.file));
  const product = (part: string) => part.split(" * ").reduce((all, word) => all * factor(word), 1);
  const [first = 0, ...divisors] = found.text.split(" / ").map(product);
  const unit = { SECONDS: SECOND_MS, DAYS: DAY_MS }[name.split("_").at(-1) ?? ""] ?? 1;
  return divisors.reduce((quotient, divisor) => quotient / divisor, first) * unit;
}

const limits: Record<string, Rule> = { ...LIMITS, ...BUDGETS };

/** What a limit allows without any setting, and its window. */
function freeOf(name: string): [free: number, windowMs: number] {
  const { free = 0, windowMs = 0 } = limits[name] ?? {};
  return [typeof free === "number" ? free : free.default, windowMs];
}

const windowOf = (name: string) => freeOf(name)[1];
const closesAt = (name: string) => {
  const { closesAt = 0 } = limits[name] ?? {};
  return typeof closesAt === "number" ? closesAt : closesAt.default;
};

const { sessionIdleDays, sessionAbsoluteDays } = readConfig({});

const passwordLength = [constant("PASSWORD_MIN_LENGTH"), constant("PASSWORD_MAX_LENGTH")];
const picture = [constant("IMAGE_MAX_BYTES"), constant("IMAGE_MAX_PIXELS"), constant("IMAGE_MAX_SIDE_PIXELS")];
const avatarSides = [constant("AVATAR_SIDE_PIXELS"), constant("AVATAR_SIDE_PIXELS")];
const bodyBytes: [number, number] = [constant("BODY_MAX_BYTES"), constant("IMAGE_BODY_MAX_BYTES")];
const tokenParts = [constant("KEY_LENGTH"), constant("SECRET_LENGTH"), constant("CHECKSUM_LENGTH")];
const waits = [constant("MIN_BLOCK_MS"), constant("MAX_BLOCK_MS")];
const knownFor = constant("KNOWN_FOR_MS");
const eventsKept = constant("AUDIT_KEPT_DAYS");

/**
 * Sentences of the documents, with “#” for each number and its unit, and what each number has to be. A sentence may be in
 * several documents, and has to be in one.
 */
const facts: [sentence: string, ...values: number[]][] = [
  ["# to # characters with a lowercase", ...passwordLength],
  ["length | # to # characters (code points)", ...passwordLength],
  ["# leaked passwords", Math.floor((await commonPasswords()).size / 1_000) * 1_000],
  ["each if it has # characters or more", constant("MIN_CONTEXT_LENGTH")],
  ["Argon2id, #, # passes, # lane", constant("memoryCost") * 1024, constant("timeCost"), constant("parallelism")],
  ["per processor core; # wait, for up to #", constant("MAX_WAITING", "passwords.ts"), constant("MAX_WAIT_MS", "passwords.ts")],
  ["# to # characters of `A–Z", constant("USERNAME_MIN_LENGTH"), constant("USERNAME_MAX_LENGTH")],
  ["`email` | required; at most # bytes", constant("EMAIL_MAX_BYTES")],
  ["`bio` | at most # characters", constant("BIO_MAX_LENGTH")],
  ["`contact_information` | at most # characters", constant("CONTACT_INFORMATION_MAX_LENGTH")],
  ["`device_name` | at most # characters", constant("DEVICE_NAME_MAX_LENGTH")],
  ["at most #, #, and # pixels on the longer side", ...picture],
  ["by content; #, #, # pixels a side", ...picture],
  ["WebP of # × # pixels", ...avatarSides],
  ["WebP, # × # pixels", ...avatarSides],
  ["simultaneous pictures | 1; # wait; # each", constant("MAX_WAITING", "avatars.ts"), constant("MAX_DECODE_SECONDS")],
  ["# characters that name the row, # characters of secret (256 bits), # of checksum", ...tokenParts],
  ["`?wait=` 0 to #", constant("MAX_EVENTS_WAIT_SECONDS")],
  ["without a gap, for #.", eventsKept],
  ["`expires_in_days` (1 to #, default #)", constant("MAX_TOKEN_DAYS") / DAY_MS, constant("DEFAULT_TOKEN_DAYS") / DAY_MS],
  ["each ends after 1 to #; # of a user", constant("MAX_TOKEN_DAYS"), constant("MAX_PERSONAL_TOKENS")],
  ["and # before it ends. A user has at most #.", constant("TOLD_BEFORE_DAYS"), constant("MAX_PERSONAL_TOKENS")],
  ["`?ids=1,2,…`, at most #.", constant("MAX_USERS_ASKED")],
  ["A key ends after #,", constant("SERVICE_KEY_DAYS")],
  ["has its end: after #,", constant("SERVICE_KEY_DAYS")],
  ["`lk_` and # letters", tokenParts.reduce((sum, length) => sum + length)],
  ["after # of inactivity, or after # regardless (", sessionIdleDays * DAY_MS, sessionAbsoluteDays * DAY_MS],
  ["with the browser, after # of inactivity, or after # regardless", constant("BROWSER_IDLE_SECONDS"), constant("BROWSER_ABSOLUTE_MS")],
  ["live sessions of a user | #;", constant("MAX_SESSIONS")],
  ["log-in within the last #", constant("RECENT_LOGIN_MS")],
  ["SameSite=Strict, Path=/; #", constant("MAX_COOKIE_DAYS")],
  ["A device is known for #", knownFor],
  ["as a hash, # after the last log-in", knownFor],
  ["in the events, #,", eventsKept],
  [
    "recipient, subject, times | personal | #, or until the user is deleted; the mail that tells the deletion until it is sent, or #",
    constant("EMAILS_KEPT_DAYS"),
    constant("EMAILS_KEPT_DAYS"),
  ],
  ["mails of the last # and why", constant("EMAILS_KEPT_DAYS")],
  ["or is only shown at `/mail/`, # |", constant("EMAILS_KEPT_DAYS")],
  ["longer waits up to #, for #,", constant("LONGEST_WAIT_MS"), constant("MAX_WAIT_MS", "outbox.ts")],
  ["Path=/; until it is shown, # at most |\n| `__Host-new-token`", constant("SHOWN_WITHIN_SECONDS", "notices.ts")],
  ["SameSite=Strict, Path=/; until it is shown, # at most", constant("SHOWN_WITHIN_SECONDS", "new-token-cookie.ts")],
  ["without passwords | personal | #,", constant("DRAFT_LIFETIME_MS")],
  ["of each user the latest #, # each", constant("MAX_DRAFTS"), constant("MAX_BYTES", "drafts.ts")],
  ["detail | personal | #; after deletion", eventsKept],
  ["known device | # in # | each failure means a longer wait: #, doubling up to #", ...freeOf("login_device"), ...waits],
  ["all accounts together | # in # | closed for the rest of the #", ...freeOf("login_address"), windowOf("login_address")],
  ["log-ins on one account from all unknown devices together | # in # | each failure", ...freeOf("login_account")],
  ["app on one account from all unknown devices together, and from one known address | # in #", ...freeOf("second_factor")],
  ["on one account from one known browser | # in #", ...freeOf("second_factor_browser")],
  ["codes in a row on one account from all unknown devices together | # in #", ...freeOf("second_factor_in_a_row")],
  ["the same | # in a row | closed to codes from unknown devices, until", closesAt("second_factor_in_a_row")],
  ["or # pass without a failure | –", windowOf("second_factor_in_a_row")],
  [
    "wrong recovery codes on one account from all unknown devices together, and from one known address | # in #",
    ...freeOf("recovery_code"),
  ],
  [
    "has # codes and # recovery codes a day, # codes in a row",
    freeOf("second_factor")[0],
    freeOf("recovery_code")[0],
    closesAt("second_factor_in_a_row"),
  ],
  ["and from all unknown ones together | # in #", ...freeOf("challenges")],
  ["TOTP (RFC 6238): SHA-1, # digits, #,", constant("DIGITS"), constant("PERIOD_SECONDS")],
  ["recovery codes | # of", constant("CODES")],
  ["`lkf_` and # letters", constant("SECRET_LENGTH")],
  ["by its user agent; ends after #, # wrong factors", constant("CHALLENGE_LIFETIME_MS"), constant("MAX_FAILURES")],
  ["challenge of a log-in | secret | only as a hash, #,", constant("CHALLENGE_LIFETIME_MS")],
  ["needs no second factor for #;", knownFor],
  [
    "the same | # in a row | closed to unknown devices, until a known one signs in or #",
    closesAt("login_account"),
    windowOf("login_account"),
  ],
  ["in one session | # in # | each failure", ...freeOf("reauthentication")],
  ["of one user together | # in # | each failure", ...freeOf("reauthentication_user")],
  [
    "the same | # in a row | closed, until the user signs in with the password or #",
    closesAt("reauthentication_user"),
    windowOf("reauthentication_user"),
  ],
  ["changes the profile | # in #", ...freeOf("names_taken")],
  ["created from one address | # in #", ...freeOf("registration")],
  ["and of one user | # MB in #", ...freeOf("picture_bytes")],
  ["for from one address, and by one user | # in #", ...freeOf("email_requests")],
  ["emails with a link to one email address | # in #", ...freeOf("emails_hour")],
  ["the same in a day | # in #", ...freeOf("emails_day")],
  ["that it has no account | # in #", ...freeOf("emails_unknown")],
  ["notices of one kind to one email address | # in #", ...freeOf("notices")],
  ["emails in #,", windowOf("email_requests")],
  ["`lkl_` and # letters", constant("SECRET_LENGTH")],
  [
    "for a new password | works for #, and only the newest one; from the operator, #",
    constant("RESET_LIFETIME_MS"),
    constant("VERIFY_LIFETIME_MS"),
  ],
  ["to confirm an address | works for #", constant("VERIFY_LIFETIME_MS")],
  ["mailed to the old one | works for #", constant("UNDO_LIFETIME_MS")],
  ["take the account back for #", constant("UNDO_LIFETIME_MS")],
  ["in notices | works for #", constant("NOT_ME_LIFETIME_MS")],
  ["until used or expired: # at most", constant("UNDO_LIFETIME_MS")],
  ["invalid tokens from one address | # in #", ...freeOf("invalid_tokens")],
  ["asked for from one address | # in #", ...freeOf("passkey_options")],
  ["passkeys of a user | #;", constant("MAX_PASSKEYS")],
  ["An account can have #.", constant("MAX_PASSKEYS")],
  [
    "challenge | # random bytes, for one purpose; good once, for #;",
    constant("CHALLENGE_BYTES"),
    constant("PASSKEY_CHALLENGE_LIFETIME_MS"),
  ],
  ["is older than #, or is for another site", constant("PASSKEY_CHALLENGE_LIFETIME_MS")],
  ["with a challenge that is good once, for #.", constant("PASSKEY_CHALLENGE_LIFETIME_MS")],
  ["user handle | # random bytes", constant("HANDLE_BYTES")],
  ["until the challenge is used, # at most", constant("MAX_AGE_SECONDS", "challenge-cookie.ts")],
  ["names of sessions | # in #", ...freeOf("changes")],
  ["one user's password | # in #", ...freeOf("password_changes")],
  ["downloads of one user's data | # in #", ...freeOf("exports")],
  ["log-ins of one user | # in #", ...freeOf("sessions_opened")],
  ["Each further failure means a wait, from # up to #", ...waits],
  ["failures in #,", windowOf("login_address")],
  ["on any account, in #,", windowOf("login_address")],
  ["MB in #,", windowOf("picture_bytes")],
  ["changes in #,", windowOf("changes")],
  ["answers in #,", windowOf("names_taken")],
  ["accounts in #,", windowOf("registration")],
  ["tokens in #,", MINUTE_MS],
  ["body of a request | #, or # where a picture is accepted", ...bodyBytes],
  ["A body may have #, or # where a picture is accepted", ...bodyBytes],
  ["refuses more than #, with its own answer", constant("IMAGE_BODY_MAX_BYTES")],
  ["and # escapes in JSON", constant("MAX_ESCAPES")],
  ["texts of a multipart body, and what stands between the texts of JSON, # together", constant("MAX_TEXTS_BYTES")],
  ["More than # chunks of less than # bytes", constant("FREE_CHUNKS"), constant("MIN_MEAN_CHUNK_BYTES")],
  ["in memory together | # for those above #, # for", constant("LARGE_BUDGET_BYTES"), bodyBytes[0], constant("SMALL_BUDGET_BYTES")],
  ["pairs of a query | #,", constant("MAX_FIELDS")],
  ["and # fields, elements or parts", constant("MAX_FIELDS")],
  ["`User-Agent` is cut at # characters", constant("MAX_USER_AGENT_LENGTH")],
  ["nested at most # deep", constant("MAX_JSON_DEPTH")],
  ["| header | # |", maxHeaderSize],
  ["address of a page | # characters, # pairs", constant("MAX_URL_LENGTH"), constant("MAX_FIELDS")],
  ["headers: together they may have #", maxHeaderSize],
  ["took longer than # to arrive", constant("REQUEST_TIMEOUT_MS")],
  ["time for headers, for a whole request | #, #", constant("HEADERS_TIMEOUT_MS"), constant("REQUEST_TIMEOUT_MS")],
  ["idle connection | #", constant("KEEP_ALIVE_MS")],
  ["lock of the database | #, then 503", constant("BUSY_PATIENCE_MS")],
  ["stopping the service | #", constant("DRAIN_MS")],
  ["replacing a process | #", constant("REPLACED_DRAIN_MS")],
  ["and after # in any case", constant("REPLACED_DRAIN_MS")],
  ["die more than # times each within #", constant("MAX_DEATHS"), constant("DEATHS_MS")],
  ["at most every #", constant("MAX_PAUSE_MS", "supervisor.ts")],
  ["tell each other after # ms what they have counted", constant("COUNT_AFTER_MS")],
  ["under way have # to finish", constant("DRAIN_MS")],
  ["log that nobody reads | # per stream", constant("MAX_WAITING", "output.ts")],
  ["without the query, at most # characters", constant("MAX_LOGGED_PATH_LENGTH")],
  ["`?limit=` 1 to 100 (default #)", z.parse(ActivityInput, {}).limit],
  ["a file has at most # lines", constant("MAX_LINES")],
];

const NUMBER = String.raw`([\d,]*\d)(?: (KiB|MiB|megapixels|(?:second|minute|hour|day)s?)\b)?`;
const patternOf = (sentence: string) => new RegExp(sentence.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("#", NUMBER), "g");

test("every number of the documents that is a constant of the code has its value", () => {
  for (const [sentence, ...values] of facts) {
    const found = DOCUMENTS.flatMap((file) =>
      [...read(file).matchAll(patternOf(sentence))].map(([text, ...parts]) => ({ file, text, parts })),
    );
    expect(found, `“${sentence}” is in a document`).not.toEqual([]);
    for (const { file, text, parts } of found) {
      expect(
        values.map((_, at) => amount(parts[2 * at], parts[2 * at + 1])),
        `${file}: “${text}”`,
      ).toEqual(values);
    }
  }
});

test("no row of SECURITY.md's tables of parameters has numbers that nothing checks", () => {
  for (const heading of [
    "Passwords",
    "Sessions and tokens",
    "Links in emails",
    "Second factors",
    "Passkeys",
    "Limits on guessing",
    "Sizes and times",
  ]) {
    for (const row of rowsOf("SECURITY.md", heading)) {
      const line = `| ${row.join(" | ")} |`;
      if (/(?<![\w-])\d/.test(line))
        expect(
          facts.some(([sentence]) => patternOf(sentence).test(line)),
          line,
        ).toBe(true);
    }
  }
});

test("every file that a document names exists, and every link leads somewhere", () => {
  for (const file of DOCUMENTS) {
    const text = read(file).replaceAll(/^```.*?^```$/gms, "");
    for (const [, name = ""] of text.matchAll(/`([\w./[\]-]+\/[\w./[\]-]*\.(?:ts|tsx|js|md))`/g)) {
      if (!name.startsWith("/")) expect(existsSync(join(ROOT, name)), `${file} names ${name}`).toBe(true);
    }
    for (const [, path = "", anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
      const target = path ? join(dirname(file), path) : file;
      expect(existsSync(join(ROOT, target)), `${file} links to ${path}`).toBe(true);
      if (anchor) expect(anchorsOf(target), `${file} links to ${target}#${anchor}`).toContain(anchor);
    }
  }
});

/** The anchors of a document's headings, as GitHub makes them. */
const anchorsOf = (file: string) =>
  [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

test("e2e/torture/README.md explains every scenario, and none that doesn't exist", () => {
  const explained = [...read("e2e/torture/README.md").matchAll(/^\| `([\w-]+)` \|/gm)].map(([, id]) => id);
  const sources = globSync("e2e/torture/*.ts", { cwd: ROOT }).map(read).join("\n");
  const scenarios = [...sources.matchAll(/\bid: "([\w-]+)",\s+title: /g)].map(([, id]) => id);
  expect(explained.toSorted()).toEqual(scenarios.toSorted());
  expect(new Set(scenarios).size).toBe(scenarios.length);
});
