import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf } from "#accounts/factors/testing.ts";
import { Client, newAddress, newName, PASSWORD, type Reply } from "./client.ts";
import { allAtOnce, isAnswer, mailedToken, type Services, statuses } from "./link-races.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* Second factors, used by many at the same moment, at one service or at several, and beside what ends them. */

const RIVALS = 12;
const FINISH = "/auth/login/second-factor/";
const MAX_PAUSE_MS = 30;

type Person = { name: string; email: string; id: number; token: string; secret: string; recoveryCodes: string[]; from: string };

/** A user with an authenticator app, whose present code was not used yet. */
async function withApp({ at }: Services): Promise<Person> {
  const [name, from] = [newName(), newAddress()];
  const client = new Client(at(0), from);
  const token = await client.newToken(name);
  const { id } = (await client.me(token)).body;
  const { secret } = (await client.ask("POST", "/auth/totp/", { token })).body;
  const confirmed = await client.ask("POST", "/auth/totp/confirm/", { token, json: { code: codeOf(secret, -1) } });
  if (confirmed.status !== 200) throw new Error(`an authenticator app: ${confirmed.status} ${confirmed.text}`);
  return { name, email: `${name}@example.org`, id, token, secret, recoveryCodes: confirmed.body.codes, from };
}

/** The challenge after the right password. */
async function challengeOf({ at }: Services, { name, from }: Person): Promise<string> {
  const { status, body, text } = await new Client(at(0), from).logIn(name);
  if (body?.code !== "second_factor_required") throw new Error(`a log-in with a second factor: ${status} ${text}`);
  return body.challenge;
}

const finish = ({ at }: Services, { from }: Person, turn: number, json: Record<string, string>): Promise<Reply> =>
  new Client(at(turn), from).ask("POST", FINISH, { json });

async function checkOne({ torture, rows }: Services, { id }: Person, what: string, replies: Reply[]): Promise<void> {
  const won = replies.filter(({ status }) => status === 200).length;
  torture.check(won === 1 && replies.every(isAnswer), `${what}: ${statuses(replies)}`);
  const opened = await rows("select id from sessions where user_id = ?", id);
  torture.check(opened.length === 2, `${what}: ${opened.length} sessions, with the one that set it up`);
}

/** One code at one challenge. */
async function oneChallenge(services: Services): Promise<void> {
  const person = await withApp(services);
  const challenge = await challengeOf(services, person);
  const code = codeOf(person.secret);
  await checkOne(services, person, "one challenge", await allAtOnce(RIVALS, (turn) => finish(services, person, turn, { challenge, code })));
}

/** One code, or one recovery code, at two challenges. */
async function oneCode(services: Services): Promise<void> {
  for (const what of ["code", "recovery_code"] as const) {
    const person = await withApp(services);
    const challenges = [await challengeOf(services, person), await challengeOf(services, person)];
    const proof = what === "code" ? codeOf(person.secret) : (person.recoveryCodes[0] ?? "");
    const replies = await allAtOnce(4, (turn) => finish(services, person, turn, { challenge: challenges[turn % 2] ?? "", [what]: proof }));
    await checkOne(services, person, `one ${what} at two challenges`, replies);
  }
}

/** A log-in that is finished while its factor is removed: no session of it outlives the removal. */
async function removal(services: Services): Promise<void> {
  const { torture, at, rows } = services;
  const person = await withApp(services);
  const challenge = await challengeOf(services, person);
  const finished = finish(services, person, 0, { challenge, code: codeOf(person.secret) });
  await sleep(Math.random() * MAX_PAUSE_MS);
  const removed = await new Client(at(1), person.from).ask("DELETE", "/auth/totp/", { token: person.token });
  const reply = await finished;
  torture.check(removed.status === 200, `a factor is removed beside a log-in: ${removed.status}`);
  torture.check(isAnswer(reply), `a log-in beside the removal of its factor: ${reply.status}`);
  const left = await rows("select id from sessions where user_id = ?", person.id);
  torture.check(left.length === 1, `${left.length} sessions outlive the removal of a factor, with the one that removed it`);
}

/** A log-in that is finished while a mailed link sets a new password: no session of it outlives that. */
async function newPassword(services: Services): Promise<void> {
  const { torture, at, rows } = services;
  const person = await withApp(services);
  await new Client(at(0)).ask("POST", "/auth/forgot-password/", { json: { email: person.email } });
  const token = await mailedToken(services, "reset", person.email);
  const challenge = await challengeOf(services, person);
  const finished = finish(services, person, 0, { challenge, code: codeOf(person.secret) });
  await sleep(Math.random() * MAX_PAUSE_MS);
  const reset = await new Client(at(1)).ask("POST", "/auth/reset-password/", { json: { token, new_password: `${PASSWORD} anew` } });
  const reply = await finished;
  torture.check(reset.status === 200, `a new password beside a log-in: ${reset.status}`);
  torture.check(isAnswer(reply), `a log-in beside a new password: ${reply.status}`);
  const left = await rows("select id from sessions where user_id = ?", person.id);
  torture.check(left.length === 0, `${left.length} sessions outlive a new password`);
}

export async function raceFactors(services: Services): Promise<void> {
  for (const race of [oneChallenge, oneCode, removal, newPassword]) await race(services);
}

async function atOneService(torture: Torture): Promise<void> {
  const server = await torture.startInMemory({ settings: { LIMIT_EMAIL_REQUESTS: "9999" } });
  torture.rounds = torture.many(1, 20);
  const rows: Services["rows"] = async (query, ...values) => server.rows(query, ...values);
  for (let round = 0; round < torture.rounds; round++) await raceFactors({ torture, at: () => server.url, rows });
}

/** The codes of another program are the right ones. */
async function codesOfOathtool(torture: Torture): Promise<void> {
  const server = await torture.startInMemory();
  const [name, client] = [newName(), new Client(server.url)];
  const token = await client.newToken(name);
  const { secret } = (await client.ask("POST", "/auth/totp/", { token })).body;
  const code = (moment: string) =>
    spawnSync("oathtool", ["--totp", "--base32", "--now", moment, secret], { encoding: "utf8" }).stdout.trim();
  const confirmed = await client.ask("POST", "/auth/totp/confirm/", { token, json: { code: code("now") } });
  torture.check(confirmed.status === 200, `a code of oathtool sets up an app: ${confirmed.status} ${confirmed.text}`);
  const { challenge } = (await client.logIn(name)).body;
  for (const [moment, expected] of [
    ["now + 2 minutes", 401],
    ["now + 30 seconds", 200],
  ] as const) {
    const { status } = await client.ask("POST", FINISH, { json: { challenge, code: code(moment) } });
    torture.check(status === expected, `oathtool’s code for ${moment}: ${status}`);
  }
}

export const factorRaces: Scenario[] = [
  { id: "factors-at-once", title: "Second factors, used by many at once", short: true, run: atOneService },
  { id: "oathtool", title: "Codes of another program", needs: ["oathtool"], short: true, run: codesOfOathtool },
];
