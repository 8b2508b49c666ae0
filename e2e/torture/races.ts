import { Client, newName, PASSWORD, type Reply } from "./client.ts";
import type { Server } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* Many who want one name at the same moment, as often as it takes to meet every order of events. */

const RIVALS = 50;
const LOSERS_TRIED = 5;

type Rival = { name: string; email: string; password: string };

/** All register at once: one gets the name, everybody else is told that it is taken. */
async function register(torture: Torture, server: Server, taken: string, rivals: Rival[]): Promise<number> {
  const replies = await Promise.all(
    rivals.map(({ name, email, password }) => new Client(server.url).register(name, { email, password }).catch(() => null)),
  );
  const winners = replies.flatMap((reply, at) => (reply?.status === 201 ? [at] : []));
  const losers = replies.filter((reply) => isTaken(reply, taken)).length;
  const statuses = replies.map((reply) => reply?.status ?? "broken");
  torture.check(winners.length === 1 && losers === RIVALS - 1, `one ${taken}: ${winners.length} winners, ${losers} told, ${statuses}`);
  return winners[0] ?? -1;
}

const isTaken = (reply: Reply | null, field: string) =>
  reply?.status === 409 && reply.body.errors.some((one: { pointer: string }) => one.pointer === `#/${field}`);

async function oneMail(torture: Torture): Promise<void> {
  const server = await torture.startInMemory();
  torture.rounds = torture.many(1, 20);
  for (let round = 0; round < torture.rounds; round++) {
    const email = `${newName()}@example.org`;
    const rivals = Array.from({ length: RIVALS }, (_, at) => ({ name: newName(), email, password: `Rival ${at} of this Round` }));
    const winner = await register(torture, server, "email", rivals);
    torture.check(server.rows("select id from users where email = ?", email).length === 1, "not exactly one row");
    const logIn = (at: number) => new Client(server.url).ask("POST", "/auth/login/", { json: { email, password: rivals[at]?.password } });
    torture.check((await logIn(winner)).status === 200, "the winner's password does not work");
    for (let next = 1; next <= LOSERS_TRIED; next++) {
      const { status } = await logIn((winner + next) % RIVALS);
      torture.check(status === 401, `a loser's password gets ${status}`);
    }
  }
}

async function oneUsername(torture: Torture): Promise<void> {
  const server = await torture.startInMemory({ settings: { LIMIT_NAMES_TAKEN: "99999" } });
  torture.rounds = torture.many(1, 20);
  for (let round = 0; round < torture.rounds; round++) {
    const wanted = newName("Wanted");
    const spelt = (at: number) => [wanted, wanted.toUpperCase(), wanted.toLowerCase()][at % 3] ?? wanted;
    const rivals = Array.from({ length: RIVALS }, (_, at) => ({ name: spelt(at), email: `${newName()}@example.org`, password: PASSWORD }));
    await register(torture, server, "username", rivals);
    const rows = server.rows("select id from users where username_canonical = ?", wanted.toLowerCase());
    torture.check(rows.length === 1, `${rows.length} rows of one username`);
  }
  await takenByUsers(torture, server);
}

/** Users who have names already, and all take the same free one. */
async function takenByUsers(torture: Torture, server: Server): Promise<void> {
  const people = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const [client, name] = [new Client(server.url), newName()];
      const token = await client.newToken(name);
      return { client, name, token, id: (await client.me(token)).body.id as number };
    }),
  );
  for (let round = 0; round < torture.rounds; round++) {
    const free = newName("Free");
    const before = await Promise.all(people.map(async ({ client, token }) => (await client.me(token)).body.username as string));
    const replies = await Promise.all(
      people.map(({ client, id, token }, at) =>
        client.ask("PATCH", `/auth/update-user/${id}/`, { token, json: { username: at % 2 ? free : free.toUpperCase() } }),
      ),
    );
    const won = replies.filter(({ status }) => status === 200).length;
    const told = replies.filter((reply) => isTaken(reply, "username")).length;
    torture.check(won === 1 && told === people.length - 1, `one free username: ${won} got it, ${told} were told`);
    for (const [at, { client, token }] of people.entries()) {
      if (replies[at]?.status === 200) continue;
      torture.check((await client.me(token)).body.username === before[at], "a loser lost the old name");
    }
  }
}

export const races: Scenario[] = [
  { id: "same-email", title: "One email address for many at once", run: oneMail },
  { id: "same-username", title: "One username for many at once", run: oneUsername },
];
