import { setTimeout as sleep } from "node:timers/promises";
import { Client, newName, PASSWORD, type Reply } from "./client.ts";
import type { Torture } from "./scenario.ts";

/*
 * A load with a history, and the checker of it (as Jepsen has them). Each actor does one thing after the other, so what
 * the store must hold is known but for what was under way: "ok" has happened, "no" has not, "maybe" is one of the two.
 */

type Known = "ok" | "no" | "maybe";

type Actor = {
  name: string;
  exists: Known;
  /** The bio may be any of these: the last one that was answered, and what was under way after it. */
  bios: string[];
  passwords: string[];
  /** Tokens, and whether each is alive. */
  tokens: Map<string, Known>;
  /** Log-ins and changes without an answer: each may have left a session that nobody has. */
  unknownSessions: number;
};

/** A service, and what it has stored. */
export type Store = { url: string; rows(query: string): unknown[] | Promise<unknown[]> };

export type History = { actors: Actor[]; answered: number; refused: number; unknown: number };

export const newHistory = (): History => ({ actors: [], answered: 0, refused: 0, unknown: 0 });

const PAUSE_MS = 20; // where nothing answers

/**
 * Lets so many actors do what people do, until `stop` is called; whoever meets a broken connection ends there. With `unsure`
 * a 503 is like no answer: a server elsewhere may have committed, and the connection been lost before it said so.
 */
export function startLoad(base: () => string, history: History, actors: number, { keepGoing = false, unsure = false } = {}) {
  const state = { stopped: false };
  const all = Array.from({ length: actors }, async () => {
    while (!state.stopped && (await live(base(), history, state, { keepGoing, unsure })));
  });
  return {
    async stop() {
      state.stopped = true;
      await Promise.all(all);
    },
  };
}

/** One person's life: registers, logs in, changes things, logs out. False when the connection broke. */
async function live(
  base: string,
  history: History,
  state: { stopped: boolean },
  { keepGoing, unsure }: { keepGoing: boolean; unsure: boolean },
): Promise<boolean> {
  const client = new Client(base, undefined, 1);
  client.persistent = false;
  const actor: Actor = { name: newName(), exists: "no", bios: [""], passwords: [PASSWORD], tokens: new Map(), unknownSessions: 0 };
  history.actors.push(actor);
  const attempt = async (ask: () => Promise<Reply>): Promise<Reply | null> => {
    try {
      const reply = await ask();
      if (unsure && reply.status === 503) throw new Error("unsure");
      if (reply.status < 300) history.answered++;
      else history.refused++;
      return reply;
    } catch {
      history.unknown++;
      await sleep(PAUSE_MS);
      return null;
    }
  };
  try {
    const made = await attempt(() => client.register(actor.name));
    actor.exists = made === null ? "maybe" : made.status === 201 ? "ok" : "no";
    if (!made) return keepGoing;
    for (let step = 0; made.status === 201 && step < 8 && !state.stopped; step++) {
      if (!(await one(client, actor, step, attempt))) return keepGoing;
    }
    return true;
  } finally {
    client.close();
  }
}

async function one(
  client: Client,
  actor: Actor,
  step: number,
  attempt: (ask: () => Promise<Reply>) => Promise<Reply | null>,
): Promise<boolean> {
  const [token] = [...actor.tokens].findLast(([, known]) => known === "ok") ?? [];
  if (!token || step === 4) {
    const reply = await attempt(() => client.logIn(actor.name, actor.passwords.at(-1)));
    if (!reply) actor.unknownSessions++;
    else if (reply.status === 200) actor.tokens.set(reply.body.token, "ok");
    return reply !== null;
  }
  if (step === 6) {
    const password = `${PASSWORD} ${step}`;
    const reply = await attempt(() =>
      client.ask("POST", "/auth/change-password/", { token, json: { current_password: actor.passwords.at(-1), new_password: password } }),
    );
    if (reply && reply.status !== 200) return true;
    if (!reply) actor.unknownSessions++;
    actor.passwords = reply ? [password] : [...actor.passwords, password];
    for (const [other, known] of actor.tokens) if (known !== "no") actor.tokens.set(other, reply ? "no" : "maybe");
    if (reply) actor.tokens.set(reply.body.token, "ok");
    return reply !== null;
  }
  if (step === 3 || step === 7) {
    const reply = await attempt(() => client.ask("POST", "/auth/logout/", { token, json: {} }));
    if (!reply || reply.status === 200) actor.tokens.set(token, reply ? "no" : "maybe");
    return reply !== null;
  }
  const bio = newName("bio");
  const id = await attempt(() => client.me(token));
  if (id?.status !== 200) return id !== null;
  const reply = await attempt(() => client.ask("PATCH", `/auth/update-user/${id.body.id ?? id.body.user?.id}/`, { token, json: { bio } }));
  if (!reply) actor.bios.push(bio);
  else if (reply.status === 200) actor.bios = [bio];
  return reply !== null;
}

type UserRow = { id: number; username: string; bio: string };

/** Checks that what was answered is there, what was refused is not, what was cut off is whole or absent, and nothing else is there. */
export async function checkHistory(torture: Torture, server: Store, history: History, from = 0): Promise<void> {
  const people = (await server.rows("select id, username, bio from users")) as UserRow[];
  const held = (await server.rows("select user_id, count(*) n from sessions group by 1")) as { user_id: number; n: number }[];
  const users = new Map(people.map((row) => [row.username, row]));
  const sessions = new Map(held.map(({ user_id, n }) => [user_id, n]));
  for (const actor of history.actors) {
    const row = users.get(actor.name);
    users.delete(actor.name);
    if (!row) {
      torture.check(actor.exists !== "ok", `${actor.name} was registered and is gone`);
      continue;
    }
    torture.check(actor.exists !== "no", `${actor.name} was refused and is there`);
    torture.check(actor.bios.includes(row.bio), `${actor.name}'s bio is “${row.bio}”, not one of ${actor.bios}`);
    const known = (wanted: Known) => [...actor.tokens.values()].filter((one) => one === wanted).length;
    const held = sessions.get(row.id) ?? 0;
    const most = known("ok") + known("maybe") + actor.unknownSessions;
    torture.check(held >= known("ok") && held <= most, `${actor.name} has ${held} sessions, not ${known("ok")} to ${most}`);
  }
  torture.check(users.size === 0, `${users.size} users are there that nobody registered`);
  await checkWhole(torture, server);
  await checkTokens(torture, server, history.actors.slice(from));
}

/** Checks that nothing is there without what its commit had beside it. */
export async function checkWhole(torture: Torture, server: Store): Promise<void> {
  for (const [what, query] of [
    ["users without the event", "select id from users where id not in (select user_id from audit_events where type = 'user.registered')"],
    [
      "sessions without the event",
      "select id from sessions where id not in (select session_id from audit_events where type = 'session.opened')",
    ],
    ["events without a user", "select id from audit_events where type = 'user.registered' and user_id not in (select id from users)"],
    [
      "ended sessions",
      "select id from sessions where id in (select session_id from audit_events where type = 'session.revoked' and detail = 'one')",
    ],
    ["pictures of nobody", "select hash from avatars where hash not in (select avatar_hash from users where avatar_hash is not null)"],
  ] as const) {
    const found = await server.rows(query);
    torture.check(found.length === 0, `${what}: ${found.length}`);
  }
}

/** Checks that tokens are live or refused as was answered, and that the last password works. */
async function checkTokens(torture: Torture, { url }: Store, actors: Actor[]): Promise<void> {
  let logIns = 0;
  for (const actor of actors) {
    const client = new Client(url, undefined, 1);
    for (const [token, known] of actor.tokens) {
      const { status } = await client.me(token);
      torture.check(known === "maybe" || status === (known === "ok" ? 200 : 401), `a token that is ${known} gets ${status}`);
    }
    if (actor.exists === "ok" && actor.passwords.length === 1 && actor.passwords[0] !== PASSWORD && logIns++ < 2) {
      const { status } = await client.logIn(actor.name, actor.passwords[0]);
      torture.check(status === 200, `${actor.name}'s password was changed, and the new one gets ${status}`);
      actor.unknownSessions++;
    }
    client.close();
  }
}
