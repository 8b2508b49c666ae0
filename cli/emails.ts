import { operator } from "#accounts/caller.ts";
import { instantText } from "#accounts/clock.ts";
import { idFrom } from "#accounts/contract/fields.ts";
import { mailMode } from "#accounts/emails/outbox.ts";
import {
  EMAIL_STATES,
  type EmailRecord,
  type EmailState,
  emailState,
  findEmail,
  listEmails,
  retryEmails,
} from "#accounts/emails/records.ts";
import {
  type Answer,
  type Command,
  CommandError,
  type Given,
  noteOfMore,
  numberOption,
  oneLine,
  openAccounts,
  table,
  textOption,
} from "./command.ts";
import { minuteOf } from "./times.ts";

const DEFAULT_EMAILS = 50;
const MAX_EMAILS = 10_000;

export const emailCommands: Record<string, Command> = {
  list: {
    summary: "List the mails of the last two weeks, newest first.",
    options: {
      state: { value: "STATE", help: `only these: ${EMAIL_STATES.join(", ")}` },
      limit: { value: "NUMBER", help: `number of rows (default ${DEFAULT_EMAILS})` },
      cursor: { value: "ID", help: "continue after this mail" },
    },
    run: showEmails,
  },
  show: { summary: "Show a mail, with its text until it is sent.", operands: "ID", run: showEmail },
  retry: {
    summary: "Send mails that failed again, by their ids, or with --all every one.",
    operands: "[ID...]",
    options: { all: { help: "every mail that failed" } },
    run: retry,
  },
};

const view = (email: EmailRecord) => ({
  id: email.id,
  kind: email.kind,
  to: email.recipient,
  user_id: email.userId,
  subject: email.subject,
  state: emailState(email),
  created_at: instantText(email.createdAt),
  attempts: email.attempts,
  next_attempt_at: email.nextAttemptAt === null ? null : instantText(email.nextAttemptAt),
  sent_at: email.sentAt === null ? null : instantText(email.sentAt),
  failed_at: email.failedAt === null ? null : instantText(email.failedAt),
  last_error: email.lastError,
});

async function showEmails(given: Given): Promise<Answer> {
  const state = stateFrom(textOption(given, "state"));
  const limit = numberOption(given, "limit", MAX_EMAILS) ?? DEFAULT_EMAILS;
  const cursor = numberOption(given, "cursor", Number.MAX_SAFE_INTEGER);
  await openAccounts();
  const found = (await listEmails(operator, { state, cursor, limit: limit + 1 })).map(view);
  const emails = found.slice(0, limit);
  const next = found.length > limit ? String(emails.at(-1)?.id) : null;
  const rows = emails.map(({ id, created_at, kind, to, state, attempts, next_attempt_at, last_error }) => {
    return [id, minuteOf(created_at), kind, to, state, attempts, next_attempt_at && minuteOf(next_attempt_at), last_error];
  });
  return {
    json: { emails, next_cursor: next },
    text: table(["ID", "AT", "KIND", "TO", "STATE", "ATTEMPTS", "NEXT", "LAST ERROR"], rows),
    note: noteOfMore(next),
  };
}

async function showEmail({ operands: [word = ""] }: Given): Promise<Answer> {
  const id = emailId(word);
  await openAccounts();
  const email = await findEmail(operator, id);
  if (!email) throw new CommandError(`There is no mail ${id}: “accounts email list” shows them.`);
  const rows = Object.entries(view(email)).map(([field, value]) => `${field.padEnd(20)} ${oneLine(String(value ?? "—"))}`);
  const text = email.text ?? "The text was erased when the mail was sent.\n";
  return { json: { email: { ...view(email), text: email.text } }, text: `${rows.join("\n")}\n\n${text.trimEnd()}` };
}

async function retry({ operands, options }: Given): Promise<Answer> {
  if (operands.length > 0 === (options.all === true)) throw new CommandError("Name the mails by their ids, or all that failed with --all.");
  const ids = operands.map(emailId);
  if (mailMode() !== "smtp") throw new CommandError("There is no mail server: set SMTP_URL.");
  await openAccounts();
  const retried = await retryEmails(operator, options.all ? null : ids);
  const text = `Mails to send again: ${retried}. A running service sends them within seconds.`;
  if (!options.all && retried < new Set(ids).size) throw new CommandError(`${text} The others haven’t failed, or don’t exist.`);
  return { json: { emails_retried: retried }, text };
}

function emailId(text: string): number {
  const id = idFrom(text);
  if (id === null) throw new CommandError(`“${text}” is not the id of a mail: “accounts email list” shows them.`);
  return id;
}

function stateFrom(text: string | undefined): EmailState | undefined {
  const state = EMAIL_STATES.find((known) => known === text);
  if (text !== undefined && !state) throw new CommandError(`--state must be one of ${EMAIL_STATES.join(", ")}.`);
  return state;
}
