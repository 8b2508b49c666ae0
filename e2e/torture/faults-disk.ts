import { spawnSync } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "./client.ts";
import { mountMemory } from "./disk.ts";
import { holdLock } from "./faults-lock.ts";
import { writesRefused } from "./faults-read-only.ts";
import { checkHistory, newHistory, startLoad } from "./history.ts";
import { checkStore, type Scenario, type Torture } from "./scenario.ts";

const MAX_WAL_BYTES = 64 * 1024 * 1024;

async function diskFull(torture: Torture): Promise<void> {
  const { folder: disk, unmount } = mountMemory(24);
  torture.finally(unmount);
  const server = await torture.start({ dataDir: join(disk, "data"), allow: /503/ });
  const history = newHistory();
  const load = startLoad(() => server.url, history, 6, { keepGoing: true });
  const client = new Client(server.url);
  const token = await client.newToken();
  const ballast = join(disk, "ballast");
  await sleep(500);
  spawnSync("dd", ["if=/dev/zero", `of=${ballast}`, "bs=4k"]); // until it is full
  await sleep(torture.many(1_500, 10_000));
  await load.stop();
  await writesRefused(torture, server, "on a full disk", 5);
  for (let at = 0; at < torture.many(2, 60); at++) {
    torture.check((await client.me(token)).status === 200, "a token is not known on a full disk");
    await sleep(torture.many(100, 1_000));
  }
  const logout = await client.ask("POST", "/auth/logout/", { token, json: {} });
  torture.check([200, 503].includes(logout.status), `a log-out on a full disk: ${logout.status}`);
  rmSync(ballast);
  const freedAt = performance.now();
  let made = await client.register();
  while (made.status !== 201 && performance.now() - freedAt < 15_000) {
    await sleep(200);
    made = await client.register();
  }
  torture.check(made.status === 201, `after space was made: ${made.status}`);
  torture.figure("well again after", performance.now() - freedAt, " ms");
  torture.figure("answered/refused", `${history.answered}/${history.refused}`);
  checkStore(torture, server);
  const known = new Set(history.actors.map(({ name }) => name));
  const others = server.rows<{ username: string }>("select username from users").filter(({ username }) => !known.has(username));
  torture.check(others.length <= 2, `${others.length} users beside the load's`);
  server.change((database) => {
    for (const { username } of others) database.prepare("delete from users where username = ?").run(username);
  });
  server.change((database) =>
    database.exec("delete from audit_events where type = 'user.registered' and user_id not in (select id from users)"),
  );
  await checkHistory(torture, server, history);
}

/** Somebody reads and does not finish, while others write. */
async function endlessReader(torture: Torture): Promise<void> {
  const server = await torture.startInMemory();
  const client = new Client(server.url);
  const token = await client.newToken();
  const wal = () => statSync(`${server.databaseFile}-wal`).size;
  const { released } = await holdLock(server, "begin", torture.many(1_500, 120_000));
  server.change((database) => {
    // As much as months of use would write, quickly.
    const insert = database.prepare("insert into audit_events (user_id, type, at, detail) values (0, 'load', ?, ?)");
    for (let batch = 0; batch < torture.many(8, 20); batch++) {
      database.transaction(() => {
        for (let row = 0; row < 100; row++) insert.run(Date.now(), "x".repeat(100_000));
      })();
    }
    database.exec("delete from audit_events where type = 'load'");
  });
  const during = wal();
  torture.check((await client.me(token)).status === 200 && (await client.register()).status === 201, "not well while somebody reads");
  torture.check(during > MAX_WAL_BYTES, `the write-ahead log has only ${during} bytes: nothing to shrink`);
  await released;
  const from = performance.now();
  const longest = torture.many(8_000, 70_000);
  while (wal() > MAX_WAL_BYTES && performance.now() - from < longest) {
    const { status } = await client.me(token); // as little as can happen: nobody writes
    torture.check(status === 200, `verification: ${status}`);
    await sleep(250);
    if (performance.now() - from > 2_000) await new Client(server.url).register(); // and a little
  }
  torture.check(wal() <= MAX_WAL_BYTES, `the write-ahead log still has ${wal()} bytes`);
  torture.figure("WAL during/after", `${Math.round(during / 1e6)}/${Math.round(wal() / 1e6)} MB`);
  torture.figure("shrunk after", (performance.now() - from) / 1_000, " s");
}

export const faultsDisk: Scenario[] = [
  { id: "disk-full", title: "Disk full", needs: ["the right to mount"], short: true, run: diskFull },
  { id: "slow-reader", title: "Reader that never finishes", short: true, run: endlessReader },
];
