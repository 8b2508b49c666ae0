import { createReadStream } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { operator, type User } from "#accounts/caller.ts";
import { listUsers } from "#accounts/operator-lists.ts";
import { exportUser } from "#accounts/transfer/export.ts";
import { exportLine } from "#accounts/transfer/export-files.ts";
import { importUsers, type RefusedLine } from "#accounts/transfer/import.ts";
import { isZip, type Line, linesOf, linesOfZip } from "#accounts/transfer/import-lines.ts";
import { type Answer, type Command, CommandError, type Given, oneLine, openAccounts, textOption, userNamed } from "./command.ts";

/* Users to a file, and from one: JSON Lines. */

const USERS_AT_ONCE = 100;
const MAX_ZIP_BYTES = 100 * 1024 * 1024;
const REPORT_MS = 1_000;

export const transferCommands: Record<string, Command> = {
  export: {
    summary: "Print everything about a user as JSON, or write it to a file, one line for each user.",
    operands: "[USER]",
    options: {
      to: { value: "FILE", help: "a new file; without a USER, everybody" },
      "password-hashes": { help: "with the hashes of passwords, which whoever has the file can try to guess" },
    },
    examples: ["user export ada.lovelace", "user export --to users.jsonl --password-hashes"],
    run: exportUsers,
  },
  import: {
    summary: "Make a user of each line of a JSON Lines file, or of a download. Users who are there already are left as they are.",
    operands: "FILE",
    options: { "dry-run": { help: "check every line and change nothing" } },
    examples: ["user import users.jsonl --dry-run"],
    run: importFile,
  },
};

async function exportUsers(given: Given): Promise<Answer> {
  const [name] = given.operands;
  const file = textOption(given, "to");
  if (name === undefined && file === undefined) throw new CommandError("Name a user, or a file for everybody: --to users.jsonl");
  await openAccounts();
  const users = name === undefined ? everybody() : [await userNamed(name)];
  const lines = linesAbout(users, given.options["password-hashes"] === true);
  if (file === undefined) {
    let text = "";
    for await (const piece of lines) text += piece;
    return { json: JSON.parse(text), text: text.trimEnd() };
  }
  const count = await writeNew(file, lines);
  const note = "The file has personal data: keep it where nobody else can read it, and delete it when it has served.";
  return { json: { users_exported: count }, text: `Users exported to ${file}: ${count}.`, note };
}

async function* everybody(): AsyncGenerator<User> {
  for (let after = 0, rows: User[] = []; ; after = rows.at(-1)?.id ?? 0) {
    rows = await listUsers(operator, { afterId: after, limit: USERS_AT_ONCE });
    if (rows.length === 0) return;
    yield* rows;
  }
}

async function* linesAbout(users: AsyncIterable<User> | Iterable<User>, withHash: boolean): AsyncGenerator<string> {
  for await (const user of users) yield* exportLine(await exportUser(operator, user, { withHash }));
}

/** Writes a file that only its owner can read. Returns the number of lines. Throws CommandError if there is one already. */
async function writeNew(file: string, lines: AsyncIterable<string>): Promise<number> {
  const handle = await open(file, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(error.code === "EEXIST" ? `${file} exists already. Name a new file.` : `Can’t write ${file}: ${error.code}.`);
  });
  const report = progress("users");
  let count = 0;
  try {
    for await (const text of lines) {
      await handle.write(text);
      if (text.endsWith("\n")) report(++count);
    }
    await handle.datasync();
  } catch (error) {
    await rm(file, { force: true }); // not a part that looks like everybody
    throw error;
  } finally {
    await handle.close();
  }
  return count;
}

async function importFile(given: Given): Promise<Answer> {
  const [file = ""] = given.operands;
  const isDryRun = given.options["dry-run"] === true;
  const lines = await linesIn(file);
  await openAccounts();
  const refused: RefusedLine[] = []; // for JSON; people read them as they come
  const onRefused = (one: RefusedLine) => void (given.options.json ? refused.push(one) : process.stderr.write(`${sentenceOf(one)}\n`));
  const result = await importUsers(operator, lines, { isDryRun, onRefused, onProgress: progress("lines") });
  const { imported: users_imported, thereAlready: there_already, refused: lines_refused, withoutPassword: without_password } = result;
  const links = `Without a password: ${without_password}. “accounts user link USER” prints a link with which one is chosen.`;
  return {
    json: { users_imported, there_already, without_password, lines_refused, refused, dry_run: isDryRun },
    text: `${isDryRun ? "Nothing was changed. Users to be imported" : "Users imported"}: ${users_imported}. There already: ${there_already}.`,
    ...(without_password > 0 && { note: links }),
    ...(lines_refused > 0 && { complaint: `Lines refused: ${lines_refused}. Correct them and run the command again.` }),
  };
}

/** The lines of a file, which may be a zip. Throws CommandError. */
async function linesIn(file: string): Promise<AsyncIterable<Line>> {
  try {
    await using handle = await open(file);
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    if (!isZip(buffer)) return linesOf(createReadStream(file));
    if ((await handle.stat()).size > MAX_ZIP_BYTES) throw new CommandError(`${file} is too large for a zip of one user.`);
    return linesOfZip(await readFile(file));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`Can’t read ${file}: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

const sentenceOf = ({ line, fields }: RefusedLine) =>
  fields.map(({ field, detail }) => `Line ${line}: ${field === null ? "" : `${oneLine(field)}: `}${oneLine(detail)}`).join("\n");

/** Says on stderr how far it is, at most once a second. */
function progress(what: string): (done: number) => void {
  let toldAt = performance.now();
  return (done) => {
    if (performance.now() - toldAt < REPORT_MS) return;
    toldAt = performance.now();
    process.stderr.write(`${done.toLocaleString("en")} ${what} …\n`);
  };
}
