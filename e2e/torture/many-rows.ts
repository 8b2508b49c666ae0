import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { bareEnvironment } from "../bare-environment.ts";
import { standBy } from "./bystander.ts";
import { Client, newName, steadily } from "./client.ts";
import { ROOT, type Server, spawnChild } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* Work on very many rows at once holds up nobody: neither the event loop nor the lock for writing. */

const CHECK_P99_MS = 20;
const WRITE_P99_MS = 60;

/** Expired sessions of one user, by random keys as real ones. */
function addExpiredSessions(server: Server, userId: number, count: number): void {
  server.change((database) => {
    const insert = database.prepare(
      `insert or ignore into sessions (id, user_id, token_hash, device, ip, idle_seconds, created_at, last_used_at, expires_at, ends_at_latest)
       values (?, ?, randomblob(32), 'Firefox on Linux', '127.0.0.1', 3600, 1, 1, ?, 1)`,
    );
    database.transaction(() => {
      for (let i = 1; i <= count; i++) insert.run(Math.floor(Math.random() * 2 ** 47), userId, i);
    })();
  });
}

function addEvents(server: Server, userId: number, count: number): void {
  server.change((database) =>
    database
      .prepare(
        `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
         insert into audit_events (user_id, type, at, ip, device, detail) select ?, 'profile.changed', ?, '127.0.0.9', 'Firefox', 'canary' from n`,
      )
      .run(count, userId, Date.now()),
  );
}

/** The service purges once a minute, and at once when somebody comes with a session that has expired. */
async function purgeNow(server: Server): Promise<void> {
  const client = new Client(server.url);
  const token = await client.newToken();
  const { id } = (await client.me(token)).body.session;
  server.change((database) => database.prepare("update sessions set expires_at = 1 where id = ?").run(id));
  await client.me(token);
}

const countOf = (server: Server, query: string, ...values: unknown[]) => server.rows<{ n: number }>(query, ...values)[0]?.n ?? 0;
const expiredOf = (server: Server) => countOf(server, "select count(*) n from sessions where expires_at <= ?", Date.now());
const personalOf = (server: Server, userId: number) =>
  countOf(server, "select count(*) n from audit_events where user_id = ? and ip is not null", userId);

/** Token checks and changes, steadily, beside `work`. */
async function beside(torture: Torture, server: Server, what: string, token: string, id: number, work: () => Promise<unknown>) {
  const writer = new Client(server.url);
  const checks = standBy({ url: server.url, path: "/auth/me/", token, perSecond: 50 });
  const writes = steadily(20, () => writer.ask("PATCH", `/auth/update-user/${id}/`, { token, json: { bio: newName() } }));
  await work();
  const [checked, written] = [await checks.stop(), await writes.stop()];
  torture.figure(`${what}: check p99/max`, `${checked.p99.toFixed(1)}/${checked.max.toFixed(0)} ms`);
  torture.figure(`${what}: change p99/max`, `${written.p99.toFixed(1)}/${written.max.toFixed(0)} ms`);
  torture.within(`${what}: check p99`, checked.p99, CHECK_P99_MS);
  torture.within(`${what}: change p99`, written.p99, WRITE_P99_MS);
  torture.check(Object.keys(checked.statuses).join() === "200", `${what}: checks ${JSON.stringify(checked.statuses)}`);
  torture.check(Object.keys(written.statuses).join() === "200", `${what}: changes ${JSON.stringify(written.statuses)}`);
}

async function until(done: () => boolean, mostMs: number): Promise<void> {
  const giveUpAt = performance.now() + mostMs;
  while (!done() && performance.now() < giveUpAt) await sleep(100);
}

/** The operator deletes a user; if `cut` says so, the command is killed as soon as the user is gone. */
async function deleteUser(server: Server, userId: number, cut = false): Promise<void> {
  const command = spawnChild(process.execPath, ["cli/accounts.js", "user", "delete", String(userId), "--yes"], {
    cwd: ROOT,
    env: bareEnvironment({ DATA_DIR: server.dataDir }),
    stdio: "ignore",
  });
  const gone = once(command, "exit");
  if (cut) {
    await until(() => countOf(server, "select count(*) n from users where id = ?", userId) === 0, 20_000);
    command.kill("SIGKILL");
  }
  await gone;
}

async function manyRows(torture: Torture): Promise<void> {
  const server = await torture.startInMemory({ settings: { LIMIT_CHANGES: "99999" } });
  const client = new Client(server.url);
  const token = await client.newToken();
  const { id } = (await client.me(token)).body;
  const [one, other] = await Promise.all([0, 1].map(async () => (await new Client(server.url).register()).body.user.id as number));
  await beside(torture, server, "alone", token, id, () => sleep(torture.many(1_500, 5_000)));
  addExpiredSessions(server, id, torture.many(5_000, 500_000));
  await purgeNow(server);
  await beside(torture, server, "purge", token, id, () => until(() => expiredOf(server) === 0, torture.many(20_000, 300_000)));
  torture.check(expiredOf(server) === 0, `${expiredOf(server)} expired sessions are left`);
  for (const userId of [one, other]) addEvents(server, userId ?? 0, torture.many(10_000, 300_000));
  await beside(torture, server, "deletion", token, id, () => deleteUser(server, one ?? 0));
  torture.check(personalOf(server, one ?? 0) === 0, "the record of a deleted user is not erased");
  await deleteUser(server, other ?? 0, true);
  torture.check(personalOf(server, other ?? 0) > 0, "the deletion was not cut short: this proves nothing");
  await purgeNow(server);
  await until(() => personalOf(server, other ?? 0) === 0, torture.many(20_000, 120_000));
  torture.check(personalOf(server, other ?? 0) === 0, "nobody went on with an erasure that was cut short");
}

export const manyRowsAtOnce: Scenario[] = [
  { id: "many-rows", title: "Very many rows to purge and to erase", measures: true, short: true, run: manyRows },
];
