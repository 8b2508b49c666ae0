import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test as base, expect, type TestInfo } from "@playwright/test";
import { person, unique } from "#db/people.ts";
import { bareEnvironment } from "./bare-environment.ts";
import { type Row, stored } from "./database.ts";
import { type ApiDocument, type Documented, readDocument } from "./documented.ts";
import { loopbackAddress } from "./loopback.ts";
import { expectMatch, expectSame } from "./quick-expect.ts";
import { type Answer, type Ask, hold, send, sendBytes, sendTogether } from "./request.ts";
import { type Host, server } from "./servers.ts";

export { PASSWORD, person, unique } from "#db/people.ts";
export { expect };

const ROOT = join(import.meta.dirname, "..");

export type NewUser = { id: number; email: string; username: string; password: string };

export type Latchkey = {
  url: string;
  /** Sends one request. Every answer is checked against the OpenAPI document and for the headers that all answers have. */
  api(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Sends requests that arrive at the same moment, each from an address of its own. */
  together(asks: [method: string, path: string, ask: Ask][]): Promise<Answer[]>;
  /** Sends all but the last byte of a request; the returned function sends that too, and returns the answer. */
  held(method: string, path: string, ask: Ask): Promise<() => Promise<Answer>>;
  /** What the operator does on the command line; returns what it prints. */
  operator(...args: string[]): string;
  /** Sends bytes on a socket, for what isn't valid HTTP. */
  bytes(text: string): Promise<string>;
  /** A client's address that no other test uses, so that no two tests ever share a limit. */
  elsewhere(): string;
  /** Registers a user through the API. */
  newUser(fields?: Row): Promise<NewUser>;
  /** Logs in through the API; returns the token. */
  signIn(user: Pick<NewUser, "email" | "password">, fields?: Row): Promise<string>;
  /** Reads rows of the server's database. */
  rows(query: string, ...values: unknown[]): Promise<Row[]>;
  /** The token in the newest email of this kind to this address; undefined if there is none. */
  mailedToken(kind: string, to: string): Promise<string | undefined>;
  /** The kinds of all emails to this address, in the order in which they were written. */
  mailsTo(address: string): Promise<string[]>;
  /** All rows of a user in the server's database. */
  kept(user: Pick<NewUser, "id">): Promise<{ user: Row | undefined; sessions: Row[]; events: string[] }>;
  /** Everything the server has written so far: database, write-ahead log and log lines. */
  written(): Promise<Buffer>;
  /** Every line of the log so far. */
  logged(): Promise<string>;
  document: ApiDocument;
  problemsOf: Documented["problemsOf"];
};

/** Which of the two hosts a project asks. */
export type Hosted = { host: Host };

/** What a refusal says, with the wrong fields and the code of each. */
export function refusal({ status, body }: Answer): { status: number; code: string; errors: Record<string, string> } {
  const errors = (body?.errors ?? []) as { pointer: string; code: string }[];
  return { status, code: body?.code, errors: Object.fromEntries(errors.map(({ pointer, code }) => [pointer, code])) };
}

/** The refusal of one wrong field. */
export const invalid = (field: string, code: string) => ({
  status: 400,
  code: "validation_failed",
  errors: { [field ? `#/${field}` : "#"]: code },
});

export const taken409 = (...fields: string[]) => ({
  status: 409,
  code: "user_already_exists",
  errors: Object.fromEntries(fields.map((field) => [`#/${field}`, "taken"])),
});

export const refused = (status: number, code: string) => ({ status, code, errors: {} });

export const test = base.extend<{ latchkey: Latchkey }, Hosted & { documented: Documented }>({
  host: ["front-door", { option: true, scope: "worker" }],
  documented: [async ({ host }, use) => use(await readDocument(server(host).url)), { scope: "worker" }],
  baseURL: async ({ host }, use) => use(server(host).url),
  latchkey: async ({ host, documented }, use, info) => {
    const { url, dataDir, logFile, databaseUrl } = server(host);
    const database = stored(databaseUrl ?? join(dataDir, "latchkey.db"));
    const { rows } = database;
    const own = newAddress(info);

    async function api(method: string, path: string, ask: Ask = {}): Promise<Answer> {
      const answer = await send(url, method, path, { from: own, ...ask });
      checkAnswer(documented, method, path, answer);
      return answer;
    }

    async function together(asks: [method: string, path: string, ask: Ask][]): Promise<Answer[]> {
      const from = asks.map(([method, path, ask]) => ({ method, path, ask: { from: newAddress(info), ...ask } }));
      const answers = await sendTogether(url, from);
      for (const [i, { method, path }] of from.entries()) checkAnswer(documented, method, path, answers[i] as Answer);
      return answers;
    }

    async function held(method: string, path: string, ask: Ask): Promise<() => Promise<Answer>> {
      const finish = await hold(url, method, path, { from: newAddress(info), ...ask });
      return async () => {
        const answer = await finish();
        checkAnswer(documented, method, path, answer);
        return answer;
      };
    }

    async function newUser(fields: Row = {}): Promise<NewUser> {
      const wanted = person(fields);
      const { status, body, text } = await api("POST", "/auth/create-user/", { json: wanted, from: newAddress(info) });
      expect(status, text).toBe(201);
      return { id: body.user.id, email: wanted.email, username: wanted.username, password: wanted.password };
    }

    async function signIn({ email, password }: Pick<NewUser, "email" | "password">, fields: Row = {}): Promise<string> {
      const { status, body, text } = await api("POST", "/auth/login/", { json: { email, password, ...fields }, from: newAddress(info) });
      expect(status, text).toBe(200);
      return body.token;
    }

    const kept = async ({ id }: Pick<NewUser, "id">) => ({
      user: (await rows("select * from users where id = ?", id))[0],
      sessions: await rows(
        "select id, token_hash, device_name, created_at, ends_at_latest from sessions where user_id = ? order by id",
        id,
      ),
      events: (await rows("select type from audit_events where user_id = ? order by id", id)).map(({ type }) => String(type)),
    });

    const mails = (address: string) => rows("select kind, text from emails where recipient = ? order by id", address);
    const mailsTo = async (address: string) => (await mails(address)).map(({ kind }) => String(kind));
    async function mailedToken(kind: string, to: string): Promise<string | undefined> {
      const newest = (await mails(to)).findLast((mail) => mail.kind === kind);
      return String(newest?.text).match(/\?token=(\w+)/)?.[1];
    }

    async function logged(): Promise<string> {
      const id = unique("last"); // its line is behind all others: lines are collected before they are written
      const { email, password } = person();
      await api("POST", "/auth/login/", { json: { email, password }, from: newAddress(info), headers: { "x-request-id": id } });
      await expect.poll(() => readFileSync(logFile, "utf8").includes(id), { intervals: [50] }).toBe(true);
      return readFileSync(logFile, "utf8");
    }

    async function written(): Promise<Buffer> {
      const log = Buffer.from(await logged());
      return Buffer.concat([await database.bytes(), log]);
    }

    await use({
      url,
      api,
      together,
      held,
      operator: (...args) => runAccounts(databaseUrl ? { DATABASE_URL: databaseUrl } : { DATA_DIR: dataDir }, args),
      bytes: (text) => sendBytes(url, text),
      elsewhere: () => newAddress(info),
      newUser,
      signIn,
      rows,
      mailedToken,
      mailsTo,
      kept,
      written,
      logged,
      document: documented.document,
      problemsOf: documented.problemsOf,
    });
    await database.close();
  },
});

/** Runs a command of the operator, which has to succeed; returns what it prints. */
export function runAccounts(settings: Record<string, string>, args: string[]): string {
  const env = bareEnvironment(settings);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["cli/accounts.js", ...args], { cwd: ROOT, env, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return stdout;
}

let addresses = 0;

/** Loopback has 16 million addresses: each worker takes its own part of them. */
function newAddress({ workerIndex }: TestInfo): string {
  return loopbackAddress(10 + (workerIndex % 240), addresses++);
}

const TELLING = /node_modules|\bat \w+ \(|\.ts:\d|SQLITE_|select |insert |Next\.js|[^/]\/(home|work|root|app)\//i;

/** Checks what holds for every answer: the document, a request id, headers, and nothing internal. */
function checkAnswer(documented: Documented, method: string, path: string, answer: Answer): void {
  const { headers, status } = answer;
  const asked = `${method} ${path} → ${status}`;
  documented.check(method, path, answer);
  expectMatch(headers["x-request-id"], /^[\w.:-]{1,64}$/, asked);
  expectSame(headers["x-content-type-options"], "nosniff", asked);
  expectMatch(headers["content-security-policy"], /^default-src 'none'/, asked);
  expectSame(headers["referrer-policy"], "no-referrer", asked);
  const isPicture = path.startsWith("/avatars/") && [200, 304].includes(status) && headers.etag !== undefined;
  expectSame(headers["cross-origin-resource-policy"], isPicture ? "cross-origin" : "same-origin", asked);
  expectSame(headers["www-authenticate"] !== undefined, status === 401, `${asked}: a challenge in every 401, and in no other answer`);
  if (status === 429 || status === 503) expectMatch(headers["retry-after"], /^[1-9]\d*$/, asked);
  if (status === 429) expectMatch(headers.ratelimit, /^"\w+";r=0;t=[1-9]\d*$/, asked);
  expectSame(headers["x-powered-by"], undefined, asked);
  expectSame(headers.server, undefined, asked);
  expectSame(headers["set-cookie"], undefined, asked);
  expectSame(headers["access-control-allow-origin"], undefined, asked);
  expectSame(headers["cache-control"], isPicture ? "public, max-age=31536000, immutable" : "no-store", asked);
  if (answer.body) expectMatch(headers["content-type"], /^application\/(problem\+)?json; charset=utf-8$/, asked);
  if (status >= 400) expectSame(TELLING.exec(answer.text)?.[0], undefined, `${asked}: says nothing about our insides`);
}
