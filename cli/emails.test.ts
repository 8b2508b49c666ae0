import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { eq } from "drizzle-orm";
import { housekeeping } from "#accounts/caller.ts";
import { commit } from "#accounts/commit.ts";
import { email } from "#accounts/emails/outbox.ts";
import { mailServer } from "#accounts/emails/testing.ts";
import { db } from "#db/engine.ts";
import { emails } from "#db/schema.ts";
import { freshDatabase } from "#db/testing.ts";
import { answer, printed } from "./main.ts";

process.env.DATA_DIR = dirname(await freshDatabase());
process.env.SMTP_URL = "smtp://127.0.0.1:1"; // mail is on, and nothing is sent: no courier runs here

const PASSWORD = "pass%w/ord@1";

const data = { username: "mary.somerville", at: Date.now(), device: "Firefox on Linux", ip: "192.0.2.7" };
await commit(housekeeping, (tx) => ({
  mails: ["waiting", "failed", "sent"].map((name) => email(tx, { kind: "password_changed", to: `${name}@example.org`, userId: 7, data })),
}));
const now = Date.now();
const change = (id: number, values: Partial<typeof emails.$inferInsert>) =>
  commit(housekeeping, (tx) => ({ changed: tx.update(emails).set(values).where(eq(emails.id, id)) }));
await change(2, { failedAt: now, nextAttemptAt: null, attempts: 1, lastError: "recipient_refused: 550 no such user" });
await change(3, { sentAt: now, nextAttemptAt: null, attempts: 1, text: null, html: null });

test("“email list” says what became of each mail, newest first, and why one failed", async () => {
  const lines = (await answer(["email", "list"])).split("\n").map((line) => line.split(/ {2,}/));
  assert.deepEqual(lines[0], ["ID", "AT", "KIND", "TO", "STATE", "ATTEMPTS", "NEXT", "LAST ERROR"]);
  assert.deepEqual(
    lines.slice(1).map(([id, , kind, to, state, attempts]) => [id, kind, to, state, attempts]),
    [
      ["3", "password_changed", "sent@example.org", "sent", "1"],
      ["2", "password_changed", "failed@example.org", "failed", "1"],
      ["1", "password_changed", "waiting@example.org", "waiting", "0"],
    ],
  );
  assert.equal(lines[2]?.at(-1), "recipient_refused: 550 no such user");
  assert.match(await answer(["email", "list", "--state", "sent"]), /^ID.*\n3 .*sent@example\.org[^\n]*$/);
  assert.equal((await printed(["email", "list", "--limit", "2"])).note, "There are more: --cursor 2");
  assert.equal(JSON.parse(await answer(["email", "list", "--cursor", "2", "--json"])).emails[0].id, 1);
  await assert.rejects(answer(["email", "list", "--state", "lost"]), /--state must be one of waiting, sent, failed, kept/);
});

test("“email show” has the text of a mail until it is sent", async () => {
  assert.match(await answer(["email", "show", "1"]), /state +waiting\n.*\n\nThe password of your Latchkey account was changed\./s);
  assert.match(await answer(["email", "show", "3"]), /state +sent\n.*\n\nThe text was erased when the mail was sent\.$/s);
  await assert.rejects(answer(["email", "show", "9"]), /There is no mail 9/);
  await assert.rejects(answer(["email", "show", "x"]), /not the id of a mail/);
  await assert.rejects(answer(["email", "show"]), /takes one id/);
});

test("“email retry” makes failed mails due again, and no others", async () => {
  await assert.rejects(answer(["email", "retry", "1", "2", "3"]), /Mails to send again: 1\..*The others haven’t failed, or don’t exist\./);
  const [row] = await db().select().from(emails).where(eq(emails.id, 2));
  assert.equal(row?.failedAt, null);
  assert.ok(row?.nextAttemptAt && row.nextAttemptAt <= Date.now() && row.giveUpAt > Date.now());
  await change(2, { failedAt: now, nextAttemptAt: null });
  assert.equal(await answer(["email", "retry", "--all"]), "Mails to send again: 1. A running service sends them within seconds.");
  await assert.rejects(answer(["email", "retry"]), /by their ids, or all that failed with --all/);
});

test("“doctor” sends a test mail, or says what is wrong, never the password", async (t) => {
  const server = await mailServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ password }, _, done) => done(null, password === PASSWORD ? { user: "latchkey" } : undefined),
    onMailFrom: ({ address }, _, done) =>
      done(address.startsWith("stranger") ? Object.assign(new Error("not you"), { responseCode: 553 }) : null),
  });
  t.after(server.close);
  const url = (password: string) => `smtp://latchkey:${encodeURIComponent(password)}@127.0.0.1:${server.port}`;
  const to = ["--to", "mary@example.org"];
  const cases: [Record<string, string>, string[], number, RegExp][] = [
    [{ SMTP_URL: url(PASSWORD) }, to, 0, /^ok +mail +The mail server accepted a test mail from no-reply@localhost to mary@example\.org\./],
    [{ SMTP_URL: url(PASSWORD), SUPPORT_EMAIL: "help@example.org" }, [], 0, /to help@example\.org/],
    [{ SMTP_URL: url(PASSWORD) }, [], 0, /^skipped +mail +Name an address of yours with --to/],
    [
      { SMTP_URL: url(`${PASSWORD}x`) },
      to,
      1,
      /^failed +mail +The mail server didn’t accept the name and password in SMTP_URL.*\(authentication: 535\)$/,
    ],
    [
      { SMTP_URL: url(PASSWORD), MAIL_FROM: "stranger@example.org" },
      to,
      1,
      /^failed +mail +The mail server didn’t accept the sender\. Check MAIL_FROM\. \(sender_refused: 553/,
    ],
    [{ SMTP_URL: "smtp://127.0.0.1:1" }, to, 1, /^failed +mail +The mail server refused the connection/],
    [{ SMTP_URL: `smtps://127.0.0.1:${server.port}` }, to, 1, /^failed +mail +There is no safe connection to the mail server/],
    [{ SMTP_URL: "smtp://mail.invalid" }, to, 1, /^failed +mail +The name of the mail server was not found/],
    [{}, [], 0, /^ok +mail +There is no mail server \(SMTP_URL\)\. Because PUBLIC_URL is this machine itself, mails are kept/],
    [{ PUBLIC_URL: "https://accounts.example.org", TRUSTED_PROXIES: "127.0.0.1" }, [], 0, /^warning +mail +.*so mail is off/],
    [
      { SMTP_URL: `smtp://latchkey:${PASSWORD}@x/y` },
      [],
      1,
      /^These settings are wrong:\n {2}SMTP_URL must be the address of a mail server/,
    ],
  ];
  await Promise.all(
    cases.map(async ([env, words, code, sentence]) => {
      const said = await doctor(env, words);
      assert.equal(said.code, code, said.text);
      assert.match(said.text, new RegExp(sentence, "m"));
      assert.doesNotMatch(said.text, /pass%w/);
    }),
  );
  assert.deepEqual(server.arrived.map(({ to }) => to[0]).toSorted(), ["help@example.org", "mary@example.org"]);
  assert.equal(server.arrived[0]?.mail.subject, "A test of mails from Latchkey");
});

/** What a process of its own says, because settings are read once. */
async function doctor(settings: Record<string, string>, words: string[]): Promise<{ code: number; text: string }> {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [resolve("cli/accounts.js"), "doctor", ...words], {
    env: { NODE_ENV: "production", PATH, DATA_DIR: process.env.DATA_DIR, ...settings },
  });
  const [out, error, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, text: (out + error).trim() };
}
