import { setTimeout as sleep } from "node:timers/promises";
import { Client, newName, PASSWORD, percentile, type Reply } from "./client.ts";
import type { Server } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";
import { seed } from "./seed.ts";

const CONNECTIONS = 200;
const PEOPLE_A_SECOND = 5;
const PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const MEGABYTE = 1_000_000;

const recordBytes = (server: Server) =>
  Number(server.rows<{ bytes: number }>("select sum(pgsize) as bytes from dbstat where name like 'audit_events%'")[0]?.bytes);

/** Everything that one account can ask for with its right password, on 200 connections, for as long as it takes. */
async function greedy(torture: Torture): Promise<void> {
  const server = await torture.startInMemory({ allow: /503/ });
  const people = Array.from({ length: 400 }, () => newName());
  seed(server, people);
  const name = newName();
  const client = new Client(server.url);
  const token = await client.newToken(name);
  const { body } = await client.me(token);
  const patch = (path: string, json: unknown) => client.ask("PATCH", path, { token, json });
  const acts: (() => Promise<Reply>)[] = [
    () => client.ask("POST", "/auth/change-password/", { token, json: { current_password: PASSWORD, new_password: PASSWORD } }),
    () => patch(`/auth/update-user/${body.id}/`, { bio: String(Math.random()) }),
    () => patch(`/auth/update-user/${body.id}/`, { username: newName() }),
    () => patch(`/auth/update-user/${body.id}/`, { image: Math.random() < 0.5 ? PICTURE : null }),
    () => patch(`/auth/sessions/${body.session.id}/`, { device_name: String(Math.random()) }),
    () => client.ask("DELETE", "/auth/sessions/", { token }),
    () => client.logIn(name),
  ];
  const before = recordBytes(server);
  const statuses: Record<string, number> = {};
  const endAt = performance.now() + torture.many(4_000, 60_000);
  const connection = async (at: number) => {
    for (let turn = at; performance.now() < endAt; turn++) {
      const { status } = await (acts[turn % acts.length] as () => Promise<Reply>)();
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status === 429 || status === 503) await sleep(50);
    }
  };
  const connections = Promise.all(Array.from({ length: CONNECTIONS }, (_, at) => connection(at)));
  const others: Promise<Reply>[] = [];
  while (performance.now() < endAt) {
    others.push(new Client(server.url).logIn(people[others.length % people.length] ?? ""));
    await sleep(1_000 / PEOPLE_A_SECOND);
  }
  const replies = await Promise.all(others);
  await connections;
  const well = replies.filter(({ status }) => status === 200);
  torture.check(well.length >= 0.95 * replies.length, `${well.length} of ${replies.length} other people could log in`);
  const times = well.map(({ ms }) => ms);
  torture.within("other people's log-in p99", percentile(times, 0.99), 2_000);
  const grown = recordBytes(server) - before;
  torture.check(grown < MEGABYTE, `the record grew by ${grown} bytes`);
  torture.check((statuses[429] ?? 0) > 0 || torture.short, `nothing was limited: ${JSON.stringify(statuses)}`);
  torture.figure("the greedy one", JSON.stringify(statuses));
  torture.figure("others p50/p99", `${percentile(times, 0.5).toFixed(0)}/${percentile(times, 0.99).toFixed(0)} ms`);
  torture.figure("record", grown / 1_000, " kB");
}

export const oneAgainstAll: Scenario[] = [
  { id: "greedy-account", title: "One account against everybody", measures: true, short: true, run: greedy },
];
