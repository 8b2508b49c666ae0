import { once } from "node:events";
import { Client, newName, PASSWORD, percentile, type Reply, steadily } from "./client.ts";
import { ROOT, type Server, spawnChild } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

const HOLDER = `
const Database = require("better-sqlite3");
const [file, begin, ms] = process.argv.slice(1);
const database = new Database(file, { timeout: 20000 });
database.exec(begin);
database.prepare("select count(*) from users").get();
process.stdout.write("held");
setTimeout(() => { database.exec("commit"); process.exit(0); }, Number(ms));
`;

/** Another process that holds a lock; resolved when it has it, `released` when it has let go. */
export async function holdLock(server: Server, begin: string, ms: number): Promise<{ released: Promise<unknown> }> {
  const holder = spawnChild(process.execPath, ["-e", HOLDER, server.databaseFile, begin, String(ms)], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const released = once(holder, "exit");
  await once(holder.stdout as NodeJS.ReadableStream, "data");
  return { released };
}

async function locked(torture: Torture): Promise<void> {
  const server = await torture.startInMemory({ allow: /503/ });
  const client = new Client(server.url);
  const token = await client.newToken();
  for (const seconds of torture.many([1, 7], [1, 3, 30])) {
    const { released } = await holdLock(server, "begin immediate", seconds * 1_000);
    const verify = steadily(50, () => client.me(token));
    const writes = Array.from({ length: 10 }, () => new Client(server.url).register());
    const late: Reply[] = await Promise.all(writes);
    const atHealth = await client.ask("GET", "/health");
    await released;
    const { p99, max, statuses } = await verify.stop();
    const succeeded = late.filter(({ status }) => status === 201).length;
    const slowest = percentile(
      late.map(({ ms }) => ms),
      1,
    );
    torture.check(Object.keys(statuses).join() === "200", `verifications under ${seconds} s of lock: ${JSON.stringify(statuses)}`);
    torture.within(`verification p99 under ${seconds} s of lock`, p99, 250);
    torture.check(max < seconds * 900 + 1_500, `a verification waited ${max} ms for the lock`);
    torture.check(atHealth.status === 200, `health under lock: ${atHealth.status}`);
    if (seconds < 5) torture.check(succeeded === late.length, `${seconds} s: ${succeeded} of ${late.length} writes succeeded late`);
    else {
      const refused = late.filter(
        ({ status, headers, body }) => status === 503 && headers["retry-after"] && body.code === "storage_unavailable",
      );
      torture.check(refused.length === late.length, `${seconds} s: ${late.map(({ status }) => status)}`);
      torture.within(`refusals under ${seconds} s of lock`, slowest, 6_500);
      torture.check(slowest < 15_000, `a refusal took ${slowest} ms`);
    }
    const after = await client.register();
    torture.check(after.status === 201, `after the lock: ${after.status}`);
    torture.figure(`${seconds} s: verify p99/max`, `${p99.toFixed(0)}/${max.toFixed(0)} ms`);
    torture.figure("writes in", slowest, " ms");
  }
}

/** Two servers on one file, asked in turn, give what one would. */
async function twoProcesses(torture: Torture): Promise<void> {
  const first = await torture.start();
  const second = await torture.start({ folder: first.folder, settings: { PUBLIC_URL: first.url } });
  const servers = [first, second];
  const at = (turn: number) => (servers[turn % 2] as Server).url;
  torture.rounds = torture.many(1, 20);
  for (let round = 0; round < torture.rounds; round++) {
    await sameNameTwice(torture, at);
    await revokedEverywhere(torture, at);
  }
  await oneBudgetOfTwo(torture, at);
}

async function sameNameTwice(torture: Torture, at: (turn: number) => string): Promise<void> {
  for (const same of ["email", "username"]) {
    const name = newName();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => {
        const more = same === "email" ? { username: newName() } : { email: `${newName()}@example.org` };
        return new Client(at(turn)).register(name, more);
      }),
    );
    const made = replies.filter(({ status }) => status === 201).length;
    const taken = replies.filter(({ status }) => status === 409).length;
    torture.check(
      made === 1 && taken === 19,
      `one ${same} at two processes: ${made} made, ${taken} taken, ${replies.map(({ status }) => status)}`,
    );
  }
}

async function revokedEverywhere(torture: Torture, at: (turn: number) => string): Promise<void> {
  const name = newName();
  const [one, other] = [new Client(at(0)), new Client(at(1))];
  const tokens = [await one.newToken(name), (await other.logIn(name)).body.token, (await one.logIn(name)).body.token];
  torture.check((await other.me(tokens[0])).status === 200, "a token of the one is not known to the other");
  await one.ask("POST", "/auth/logout/", { token: tokens[0], json: {} });
  torture.check((await other.me(tokens[0])).status === 401, "a log-out at the one is not effective at the other");
  const ended = await other.ask("POST", "/auth/logout-all/", { token: tokens[1], json: {} });
  torture.check(ended.body?.sessions_ended === 2, `logout-all: ${ended.text}`);
  for (const client of [one, other]) {
    for (const token of tokens) torture.check((await client.me(token)).status === 401, "a token survives logout-all at the other process");
  }
}

/** The counters are in the database: two processes double no budget. */
async function oneBudgetOfTwo(torture: Torture, at: (turn: number) => string): Promise<void> {
  const name = newName();
  await new Client(at(0)).register(name);
  const clients = [new Client(at(0), "127.0.0.77"), new Client(at(1), "127.0.0.77")];
  let evaluated = 0;
  for (let turn = 0; turn < 20; turn++) {
    if ((await (clients[turn % 2] as Client).logIn(name, "Wrong horse 7 battery")).status === 401) evaluated++;
  }
  torture.check(evaluated <= 6, `${evaluated} guesses in turn at two processes`);
  const another = newName();
  await new Client(at(0)).register(another);
  const pair = [new Client(at(0), "127.0.0.78"), new Client(at(1), "127.0.0.78")];
  const replies = await Promise.all(
    Array.from({ length: 40 }, (_, turn) => (pair[turn % 2] as Client).logIn(another, "Wrong horse 7 battery")),
  );
  const together = replies.filter(({ status }) => status === 401).length;
  torture.check(together <= 5, `${together} parallel guesses at two processes`);
  torture.check((await (pair[0] as Client).logIn(another, PASSWORD)).status === 429, "no block after parallel guesses");
  torture.figure("guesses in turn/together", `${evaluated}/${together}`);
}

export const faultsLock: Scenario[] = [
  { id: "locked", title: "Database locked by another process", short: true, run: locked },
  { id: "two-processes", title: "Two processes on one database", short: true, run: twoProcesses },
];
