import type { Row } from "../database.ts";
import { Client, newName, PASSWORD, type Reply } from "./client.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* What is done with links of mails at the same moment, at one service or at several. */

const RIVALS = 12;

/** The services in turn, and what they have stored. */
export type Services = { torture: Torture; at: (turn: number) => string; rows: (query: string, ...values: unknown[]) => Promise<Row[]> };

export const statuses = (replies: Reply[]) => replies.map(({ status }) => status).join(" ");

/** On PostgreSQL, changes of one user at the same moment may be told to try again. */
export const isAnswer = ({ status, headers }: Reply) => status < 500 || (status === 503 && Number(headers["retry-after"]) > 0);

export const allAtOnce = (count: number, ask: (turn: number) => Promise<Reply>) =>
  Promise.all(Array.from({ length: count }, (_, turn) => ask(turn)));

/** The token of the link in the newest mail of this kind to this address. */
export async function mailedToken({ rows }: Services, kind: string, email: string, userId?: number): Promise<string> {
  const found = await rows("select text, user_id from emails where kind = ? and recipient = ? order by id desc", kind, email);
  const mail = found.find(({ user_id }) => userId === undefined || Number(user_id) === userId);
  return String(mail?.text).match(/\?token=(\w+)/)?.[1] ?? "";
}

async function someone({ at }: Services) {
  const name = newName();
  const token = await new Client(at(0)).newToken(name);
  const { id } = (await new Client(at(0)).me(token)).body;
  return { name, email: `${name}@example.org`, token, id: id as number };
}

/** Many use one link for as many new passwords: one is set. */
async function reset(services: Services): Promise<void> {
  const { torture, at, rows } = services;
  const { name, email, id } = await someone(services);
  await new Client(at(0)).ask("POST", "/auth/forgot-password/", { json: { email } });
  const token = await mailedToken(services, "reset", email);
  const newPassword = (turn: number) => `Rival ${turn} of this Round`;
  const replies = await allAtOnce(RIVALS, (turn) =>
    new Client(at(turn)).ask("POST", "/auth/reset-password/", { json: { token, new_password: newPassword(turn) } }),
  );
  const winner = replies.findIndex(({ status }) => status === 200);
  const won = replies.filter(({ status }) => status === 200).length;
  torture.check(won === 1 && replies.every(isAnswer), `one link for a password, used at once: ${statuses(replies)}`);
  const after = [PASSWORD, newPassword((winner + 1) % RIVALS), newPassword(winner)];
  const got = statuses([
    await new Client(at(0)).logIn(name, after[0]),
    await new Client(at(1)).logIn(name, after[1]),
    await new Client(at(0)).logIn(name, after[2]),
  ]);
  torture.check(got === "401 401 200", `the old, a loser's and the winner's password get ${got}`);
  const changed = await rows("select id from audit_events where user_id = ? and type = 'password.changed'", id);
  torture.check(changed.length === 1, `${changed.length} changes of the password are recorded`);
}

/** Two users confirm the same new address at once: one gets it. */
async function oneAddress(services: Services): Promise<void> {
  const { torture, at, rows } = services;
  const wanted = `${newName()}@example.org`;
  const people = await Promise.all([someone(services), someone(services)]);
  for (const { id, token } of people) {
    await new Client(at(0)).ask("PATCH", `/auth/update-user/${id}/`, { token, json: { email: wanted } });
  }
  const links = await Promise.all(people.map(({ id }) => mailedToken(services, "verify_change", wanted, id)));
  const replies = await allAtOnce(RIVALS, (turn) =>
    new Client(at(turn)).ask("POST", "/auth/verify-email/", { token: people[turn % 2]?.token, json: { token: links[turn % 2] } }),
  );
  const won = replies.filter(({ status }) => status === 200).length;
  torture.check(won === 1 && replies.every(isAnswer), `one new address for two: ${statuses(replies)}`);
  const owners = await rows("select id from users where email = ? and email_verified_at is not null", wanted);
  torture.check(owners.length === 1, `${owners.length} users have the address`);
}

/** The old mailbox takes the account back while whoever has it changes the address once more: the old mailbox wins. */
async function undo(services: Services): Promise<void> {
  const { torture, at, rows } = services;
  const { email, token, id } = await someone(services);
  const changeTo = async (wanted: string) => {
    await new Client(at(0)).ask("PATCH", `/auth/update-user/${id}/`, { token, json: { email: wanted } });
    return mailedToken(services, "verify_change", wanted);
  };
  const confirm = (turn: number, link: string) => new Client(at(turn)).ask("POST", "/auth/verify-email/", { token, json: { token: link } });
  const first = await confirm(0, await changeTo(`${newName()}@example.org`));
  torture.check(first.status === 200, `a change of the address: ${first.status}`);
  const link = await mailedToken(services, "undo_change", email);
  const next = await changeTo(`${newName()}@example.org`);
  const undoIt = (turn: number) => new Client(at(turn)).ask("POST", "/auth/undo-email-change/", { json: { token: link } });
  const replies = await allAtOnce(RIVALS, (turn) => (turn % 3 === 2 ? confirm(turn, next) : undoIt(turn)));
  const undone = replies.filter(({ status }, turn) => turn % 3 !== 2 && status === 200).length;
  torture.check(undone === 1 && replies.every(isAnswer), `an undo beside a change: ${statuses(replies)}`);
  const [user] = await rows("select email, pending_email from users where id = ?", id);
  torture.check(user?.email === email && user.pending_email === null, `after an undo the address is ${user?.email}`);
  const left = await rows("select id from sessions where user_id = ?", id);
  torture.check(left.length === 0, `${left.length} sessions outlive an undo`);
}

export async function raceLinks(services: Services): Promise<void> {
  for (const race of [reset, oneAddress, undo]) await race(services);
}

async function atOneService(torture: Torture): Promise<void> {
  const server = await torture.startInMemory({ settings: { LIMIT_EMAIL_REQUESTS: "9999" } });
  torture.rounds = torture.many(1, 20);
  const rows: Services["rows"] = async (query, ...values) => server.rows(query, ...values);
  for (let round = 0; round < torture.rounds; round++) await raceLinks({ torture, at: () => server.url, rows });
}

export const linkRaces: Scenario[] = [
  { id: "links-at-once", title: "Links of mails, used by many at once", short: true, run: atOneService },
];
