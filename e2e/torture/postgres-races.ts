import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { ANNOUNCE } from "#db/postgres/event-order.ts";
import { newDatabase } from "../postgres.ts";
import { Client, newName, PASSWORD, type Reply } from "./client.ts";
import { raceFactors } from "./factor-races.ts";
import { checkWhole } from "./history.ts";
import { raceLinks } from "./link-races.ts";
import type { Server } from "./place.ts";
import { checkUnbroken, latchkey, latchkeys, rowsAt } from "./postgres-place.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* What is done at the same moment at two Latchkeys on one PostgreSQL. */

const RIVALS = 20;
const GUESSES = 24;
const FREE_GUESSES = 5;
const MAX_SESSIONS = 100;
const WRONG = "Wrong horse 7 battery";
const PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

type Two = { torture: Torture; at: (turn: number) => string; url: string };

const statuses = (replies: Reply[]) => replies.map(({ status }) => status).join(" ");

const times = <T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => make(at)));

async function sameEmail({ torture, at, url }: Two): Promise<void> {
  const email = `${newName()}@example.org`;
  const replies = await times(RIVALS, (turn) => new Client(at(turn)).register(newName(), { email }));
  const made = replies.filter(({ status }) => status === 201).length;
  torture.check(made === 1 && replies.every(({ status }) => [201, 409].includes(status)), `one email address: ${statuses(replies)}`);
  const rows = await rowsAt(url, "select id from users where email = ?", email);
  torture.check(rows.length === 1, `one email address: ${rows.length} rows`);
}

/** A token is live at both, or at neither, and as many are as there are sessions. */
async function checkTokens({ torture, at, url }: Two, what: string, name: string, tokens: string[]): Promise<number> {
  let live = 0;
  for (const token of tokens) {
    const [one, other] = [await new Client(at(0)).me(token), await new Client(at(1)).me(token)];
    torture.check(
      one.status === other.status && [200, 401].includes(one.status),
      `${what}: a token gets ${one.status} and ${other.status}`,
    );
    if (one.status === 200) live++;
  }
  const rows = await rowsAt(url, "select s.id from sessions s join users u on u.id = s.user_id where u.username = ?", name);
  torture.check(rows.length === live, `${what}: ${live} live tokens, and ${rows.length} sessions`);
  return live;
}

const tokensOf = (replies: Reply[]): string[] => replies.filter(({ status }) => status === 200).map(({ body }) => body.token);

async function logOutAll(two: Two): Promise<void> {
  const { torture, at } = two;
  const name = newName();
  const before = await new Client(at(0)).newToken(name);
  const logIns = times(8, (turn) => new Client(at(turn)).logIn(name));
  await sleep(Math.random() * 60);
  const ended = await new Client(at(1)).ask("POST", "/auth/logout-all/", { token: before, json: {} });
  const replies = await logIns;
  torture.check(ended.status === 200, `log-out of all: ${ended.status}`);
  torture.check(
    replies.every(({ status }) => status === 200),
    `log-ins beside a log-out of all: ${statuses(replies)}`,
  );
  await checkTokens(two, "log-out of all", name, [before, ...tokensOf(replies)]);
  torture.check((await new Client(at(0)).me(before)).status === 401, "a log-out of all leaves its own session");
}

/** Whoever signs in with the old password has no session once it has changed. */
async function passwordChange(two: Two): Promise<void> {
  const { torture, at } = two;
  const name = newName();
  const token = await new Client(at(0)).newToken(name);
  const logIns = times(8, (turn) => new Client(at(turn)).logIn(name));
  await sleep(Math.random() * 60);
  const json = { current_password: PASSWORD, new_password: `${PASSWORD} anew` };
  const changed = await new Client(at(1)).ask("POST", "/auth/change-password/", { token, json });
  torture.check(changed.status === 200, `a password change: ${changed.status}`);
  const replies = await logIns;
  torture.check(
    replies.every(({ status }) => [200, 401].includes(status)),
    `log-ins beside a password change: ${statuses(replies)}`,
  );
  const live = await checkTokens(two, "password change", name, [token, changed.body?.token, ...tokensOf(replies)]);
  torture.check(live === 1, `${live} sessions are live after a password change`);
}

async function hundredSessions({ torture, at, url }: Two): Promise<void> {
  const name = newName();
  await new Client(at(0)).newToken(name);
  const columns = (await rowsAt(url, "select column_name from information_schema.columns where table_name = 'sessions'"))
    .map(({ column_name }) => column_name as string)
    .filter((column) => !["id", "token_hash"].includes(column));
  await rowsAt(
    url,
    `insert into sessions (id, token_hash, ${columns}) select s.id + i, sha256(i::text::bytea), ${columns.map((column) => `s.${column}`)}
      from sessions s join users u on u.id = s.user_id, generate_series(1, ${MAX_SESSIONS - 3}) i where u.username = ?`,
    name,
  );
  await rowsAt(
    url,
    `insert into audit_events (user_id, type, at, session_id) select user_id, 'session.opened', created_at, id from sessions
      where id not in (select session_id from audit_events where session_id is not null)`,
  );
  const replies = await times(RIVALS, (turn) => new Client(at(turn)).logIn(name));
  torture.check(
    replies.every(({ status }) => status === 200),
    `log-ins with 100 sessions: ${statuses(replies)}`,
  );
  const rows = await rowsAt(url, "select s.id from sessions s join users u on u.id = s.user_id where u.username = ?", name);
  torture.check(rows.length === MAX_SESSIONS, `${rows.length} sessions`);
}

async function pictures({ torture, at, url }: Two): Promise<void> {
  const people = await times(2, async () => {
    const token = await new Client(at(0)).newToken();
    return { token, id: (await new Client(at(0)).me(token)).body.id as number };
  });
  const replies = await times(24, (turn) => {
    const { token, id } = people[turn % 2] as (typeof people)[number];
    return new Client(at(turn >> 1)).ask("PATCH", `/auth/update-user/${id}/`, { token, json: { image: turn % 3 ? PICTURE : null } });
  });
  torture.check(
    replies.every(({ status }) => status === 200),
    `picture swaps: ${statuses(replies)}`,
  );
  const [first] = people;
  const last = await new Client(at(1)).ask("PATCH", `/auth/update-user/${first?.id}/`, { token: first?.token, json: { image: PICTURE } });
  torture.check(last.status === 200, `a picture after the swaps: ${last.status}`);
  await checkWhole(torture, { url: at(0), rows: (query) => rowsAt(url, query) });
}

/** Both together evaluate as many guesses as one alone. */
async function guesses({ torture, at, url }: Two): Promise<void> {
  const name = newName();
  await new Client(at(0)).register(name);
  const pair = [new Client(at(0), "127.0.0.79"), new Client(at(1), "127.0.0.79")] as const;
  const replies = await times(GUESSES, (turn) => (pair[turn % 2] as Client).logIn(name, WRONG));
  const evaluated = replies.filter(({ status }) => status === 401).length;
  torture.check(evaluated === FREE_GUESSES, `${evaluated} guesses were evaluated: ${statuses(replies)}`);
  torture.check(
    replies.every(({ status }) => [401, 429].includes(status)),
    `guesses: ${statuses(replies)}`,
  );
  torture.check((await pair[0].logIn(name)).status === 429, "the right password is let in during the block");
  const events = await rowsAt(
    url,
    "select e.id from audit_events e join users u on u.id = e.user_id where u.username = ? and e.type = 'login.failed'",
    name,
  );
  torture.check(events.length === evaluated, `${events.length} failures are recorded, and ${evaluated} were evaluated`);
}

/** A page of activity stops before an event whose transaction is open. */
async function lateEvent({ torture, at, url }: Two): Promise<void> {
  const name = newName();
  const token = await new Client(at(0)).newToken(name);
  const { id } = (await new Client(at(0)).me(token)).body;
  const page = async (turn: number, cursor = ""): Promise<{ ids: number[]; next: string | null }> => {
    const { body } = await new Client(at(turn)).ask("GET", `/auth/activity/?limit=1${cursor && `&cursor=${cursor}`}`, { token });
    return { ids: body.events.map((event: { id: number | string }) => Number(event.id)), next: body.next_cursor };
  };
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql.unsafe("begin isolation level serializable");
  await sql.unsafe(ANNOUNCE);
  const [held] = await sql.unsafe("insert into audit_events (user_id, type, at) values ($1, 'user.updated', $2) returning id", [
    id,
    Date.now(),
  ]);
  const late = Number(held?.id);
  torture.check((await new Client(at(1)).logIn(name)).status === 200, "a log-in beside an open transaction");
  const { ids: during } = await page(0);
  torture.check(
    during.every((event) => event < late),
    "a page of activity passes an event that is still to come",
  );
  await sql.unsafe("commit");
  await sql.end();
  const seen: number[] = [];
  for (let next: string | null = ""; next !== null; ) {
    const { ids, next: following }: Awaited<ReturnType<typeof page>> = await page(seen.length, next);
    seen.push(...ids);
    next = following;
  }
  const stored = await rowsAt(url, "select id from audit_events where user_id = ? order by id desc", id);
  torture.check(seen.join() === stored.map((row) => row.id).join() && seen.includes(late), `pages of activity show ${seen}`);
}

/** Two that start on an empty database migrate it once, and both serve. */
async function twoStarts(torture: Torture): Promise<void> {
  const url = await newDatabase();
  const servers = await Promise.all([latchkey(url), latchkey(url)]);
  torture.finally(() => Promise.all(servers.map((server) => server.end())));
  const [one, other] = servers as [Server, Server];
  const token = await new Client(one.url).newToken();
  torture.check((await new Client(other.url).me(token)).status === 200, "two that started together do not share a database");
  checkUnbroken(torture, servers);
}

async function together(torture: Torture): Promise<void> {
  const { servers, databaseUrl: url } = await latchkeys(torture, 2);
  const two: Two = { torture, url, at: (turn) => (servers[turn % 2] as Server).url };
  torture.rounds = torture.many(1, 20);
  for (let round = 0; round < torture.rounds && torture.problems.length < 5; round++) {
    for (const race of [sameEmail, logOutAll, passwordChange, hundredSessions, pictures, lateEvent]) await race(two);
    for (const race of [raceLinks, raceFactors]) {
      await race({ torture, at: two.at, rows: (query, ...values) => rowsAt(url, query, ...values) });
    }
    if (round === 0) await guesses(two);
  }
  await twoStarts(torture);
  checkUnbroken(torture, servers);
}

export const postgresRaces: Scenario[] = [
  { id: "postgres-races", title: "Two Latchkeys on one PostgreSQL", short: true, postgres: true, run: together },
];
