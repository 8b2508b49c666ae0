import { inArray, or, sql } from "drizzle-orm";
import { auditEvent } from "#accounts/audit.ts";
import { type Caller, requireOperator } from "#accounts/caller.ts";
import { clock } from "#accounts/clock.ts";
import { commit } from "#accounts/commit.ts";
import { ImportLine } from "#accounts/contract/import-schemas.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { broken, type Rule } from "#accounts/contract/rules.ts";
import { AccountsError, type FieldError } from "#accounts/errors.ts";
import { partyOf } from "#accounts/limits/networks.ts";
import { NO_PASSWORD } from "#accounts/passwords/passwords.ts";
import { isVerifiable } from "#accounts/passwords/stored-hashes.ts";
import { type Avatar, insertAvatar, makeAvatar } from "#accounts/users/avatars.ts";
import { explainTakenName, namesOf, refuseKeptAddress, refuseTakenNames } from "#accounts/users/names.ts";
import { db } from "#db/engine.ts";
import { users } from "#db/schema.ts";
import { type Line, repeatedKey } from "./import-lines.ts";

/*
 * Users from a file. A user who is there already, with the same address and name, is left as they are: so an import that was
 * interrupted is finished by running it again.
 */

const LINES_AT_ONCE = 50;
const MAX_ERRORS_A_LINE = 20;
const NOT_JSON = "This line is not valid JSON.";
const NOT_AN_OBJECT = "This line must be an object with the fields of a user.";
const UNKNOWN_HASH: Rule = {
  code: "invalid",
  sentence:
    "This must be a hash of Argon2, scrypt or PBKDF2 in the PHC string format, or of bcrypt, whose costs are so low that a check takes a few seconds at most.",
};
const IN_THE_FUTURE: Rule = { code: "out_of_range", sentence: "This must be in the past." };

export type RefusedLine = { line: number; fields: FieldError[] };
export type ImportResult = { imported: number; thereAlready: number; refused: number; withoutPassword: number };

type Options = {
  /** Checks everything and changes nothing. */
  isDryRun?: boolean;
  onRefused: (refused: RefusedLine) => void;
  onProgress?: (linesDone: number) => void;
};

type NewUser = { line: number; row: typeof users.$inferInsert; avatar: Avatar | null };

/**
 * Makes a user of each line, some of them in one commit, without any mail. A line with something wrong in it changes nothing and
 * is told to `onRefused`, with every wrong field; the others are imported.
 */
export async function importUsers(caller: Caller, lines: AsyncIterable<Line>, options: Options): Promise<ImportResult> {
  requireOperator(caller);
  const run = {
    caller,
    options,
    names: new Map<string, number>(),
    result: { imported: 0, thereAlready: 0, refused: 0, withoutPassword: 0 },
  };
  let portion: Line[] = [];
  let done = 0;
  const finish = async () => {
    await importPortion(run, portion);
    done += portion.length;
    portion = [];
    options.onProgress?.(done);
  };
  for await (const line of lines) {
    portion.push(line);
    if (portion.length >= LINES_AT_ONCE) await finish();
  }
  await finish();
  return run.result;
}

type Run = {
  caller: Caller;
  options: Options;
  /** The lines that have used a name. */
  names: Map<string, number>;
  result: ImportResult;
};

async function importPortion(run: Run, lines: Line[]): Promise<void> {
  const { options, result } = run;
  const read = lines.map((line) => ({ line: line.number, ...readLine(line) }));
  const known = await knownUsers(read.flatMap(({ names }) => names ?? []));
  const made: NewUser[] = [];
  for (const one of read) {
    const fresh = await attempt(run, one.line, () => newUser(run, one, known));
    if (fresh === "there") result.thereAlready++;
    else if (fresh) made.push(fresh);
  }
  const stored = options.isDryRun ? made : await store(run, made);
  result.imported += stored.length;
  result.withoutPassword += stored.filter(({ row }) => row.passwordHash === NO_PASSWORD).length;
}

/** What `act` resolves to, or null if it refuses the line. */
function attempt<T>({ options, result }: Run, line: number, act: () => Promise<T>): Promise<T | null> {
  return act().catch((error) => {
    if (!(error instanceof AccountsError)) throw error;
    result.refused++;
    options.onRefused({ line, fields: error.fields.slice(0, MAX_ERRORS_A_LINE) });
    return null;
  });
}

type Names = ReturnType<typeof namesOf>;
/** What a line says, or why it is refused. */
type ReadLine = { given: ImportLine; names: Names; refusal?: undefined } | { given?: undefined; names?: undefined; refusal: AccountsError };

function readLine({ text, problem }: Line): ReadLine {
  try {
    if (text === null) throw wrong(null, problem);
    const raw = parseJson(text);
    const repeated = repeatedKey(text);
    if (repeated !== null) throw wrong(repeated.slice(0, 60), "This field is there twice.", "repeated");
    const given = parseInput(ImportLine, raw);
    refuseIfAny(wrongFacts(given));
    return { given, names: namesOf(given) };
  } catch (error) {
    if (error instanceof AccountsError) return { refusal: error };
    throw error;
  }
}

function refuseIfAny(fields: FieldError[]): void {
  if (fields.length > 0) throw new AccountsError("validation_failed", { fields });
}

function parseJson(text: string): object {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw wrong(null, NOT_JSON);
  }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw wrong(null, NOT_AN_OBJECT, "wrong_type");
  return raw;
}

function wrongFacts({ password_hash, created_at = 0, updated_at = 0 }: ImportLine): FieldError[] {
  const now = clock.now();
  return [
    ...(password_hash === undefined || isVerifiable(password_hash) ? [] : [broken("password_hash", UNKNOWN_HASH)]),
    ...(created_at <= now ? [] : [broken("created_at", IN_THE_FUTURE)]),
    ...(updated_at <= now ? [] : [broken("updated_at", IN_THE_FUTURE)]),
  ];
}

/** The names of a line as the keys under which the run notes whose they are. */
const keysOf = ({ emailCanonical, usernameCanonical }: Names) => ({
  email: `email ${emailCanonical}`,
  username: `username ${usernameCanonical}`,
});

/** The names that an earlier line of the file has. */
function repeatedNames(run: Run, names: Names): FieldError[] {
  return Object.entries(keysOf(names)).flatMap(([field, key]) => {
    const before = run.names.get(key);
    return before === undefined ? [] : [{ field, code: "taken" as const, detail: `Line ${before} has this ${field} already.` }];
  });
}

type KnownUser = { emailCanonical: string; usernameCanonical: string };

function knownUsers(names: Names[]): Promise<KnownUser[]> {
  const { emailCanonical, usernameCanonical } = users;
  const having = or(
    inArray(
      emailCanonical,
      names.map((one) => one.emailCanonical),
    ),
    inArray(
      usernameCanonical,
      names.map((one) => one.usernameCanonical),
    ),
  );
  return db().select({ emailCanonical, usernameCanonical }).from(users).where(having);
}

/** What is to be stored of a line; “there” if its user is there already. Throws `user_already_exists`, `validation_failed`. */
async function newUser(
  run: Run,
  { line, given, names, refusal }: ReadLine & { line: number },
  known: KnownUser[],
): Promise<NewUser | "there"> {
  if (refusal) throw refusal;
  refuseIfAny(repeatedNames(run, names));
  const isThere = known.some((user) => user.emailCanonical === names.emailCanonical && user.usernameCanonical === names.usernameCanonical);
  if (!isThere) await refuseTakenNames(run.caller, { email: names.email, username: names.username }, []); // an early check; the database decides races
  const avatar = isThere ? null : await makeAvatar(given.image ?? null, partyOf(run.caller, names.email));
  for (const key of Object.values(keysOf(names))) run.names.set(key, line);
  return isThere ? "there" : { line, avatar, row: rowOf(given, names, avatar) };
}

function rowOf(given: ImportLine, names: Names, avatar: Avatar | null): NewUser["row"] {
  const now = clock.now();
  const createdAt = given.created_at ?? now;
  return {
    ...names,
    passwordHash: given.password_hash ?? NO_PASSWORD,
    bio: given.bio,
    contactInformation: given.contact_information,
    avatarHash: avatar?.hash ?? null,
    status: given.account_status,
    inactiveBy: given.account_status === "inactive" ? ("operator" as const) : null,
    statusReason: given.status_reason || null,
    statusUntil: given.status_until,
    emailVerifiedAt: given.email_verified ? now : null,
    createdAt,
    updatedAt: given.updated_at ?? createdAt,
  };
}

/** Stores users in one commit; if one of them meets somebody who has come meanwhile, each in one of its own. Returns those stored. */
async function store(run: Run, made: NewUser[]): Promise<NewUser[]> {
  if (made.length === 0) return [];
  if (await storeTogether(run.caller, made).catch(() => null)) return made;
  const stored: NewUser[] = [];
  for (const one of made) {
    const { email, username } = one.row;
    const storing = storeTogether(run.caller, [one]).catch((error) => explainTakenName(run.caller, error, { email, username }, []));
    if (await attempt(run, one.line, () => storing)) stored.push(one);
  }
  return stored;
}

function storeTogether(caller: Caller, made: NewUser[]) {
  const idOf = (emailCanonical: string) => sql`(select id from users where email_canonical = ${emailCanonical})`;
  return commit(caller, (tx) => ({
    free: made.map(({ row }) => refuseKeptAddress(row.emailCanonical)),
    users: tx.insert(users).values(made.map(({ row }) => row)),
    avatars: made.map(({ avatar }) => avatar && insertAvatar(tx, avatar)),
    events: made.map(({ row }) => auditEvent(tx, caller, "user.registered", { userId: idOf(row.emailCanonical), detail: "imported" })),
  }));
}

const wrong = (field: string | null, detail: string, code: FieldError["code"] = "malformed") =>
  new AccountsError("validation_failed", { fields: [{ field, code, detail }] });
