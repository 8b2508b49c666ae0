import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { Client, newName } from "./client.ts";
import { mountMemory } from "./disk.ts";
import { checkHistory, newHistory, startLoad } from "./history.ts";
import { MAX_HANG_MS } from "./postgres-failures.ts";
import { checkUnbroken, latchkeys, ownPostgres, rowsAt } from "./postgres-place.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* The disk of PostgreSQL's tables is full. */

const MEGABYTES = 64;
const RECOVERY_MS = 2_000;

async function diskFull(torture: Torture): Promise<void> {
  const { folder: disk, unmount } = mountMemory(MEGABYTES);
  torture.finally(unmount);
  const [tables, ballast] = [join(disk, "tables"), join(disk, "ballast")];
  mkdirSync(tables);
  chmodSync(dirname(disk), 0o711); // PostgreSQL runs as another user
  spawnSync("chown", ["nobody", tables]);
  const server = await ownPostgres(torture);
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`create tablespace small location '${tables}'`);
  await sql.unsafe("create database accounts tablespace small");
  await sql.end();
  const url = new URL(server.url);
  url.pathname = "accounts";
  const { servers } = await latchkeys(torture, 1, url.href);
  const [{ url: base }] = servers as [(typeof servers)[0]];
  const client = new Client(base);
  const history = newHistory();
  const first = startLoad(() => base, history, 6, { keepGoing: true, unsure: true });
  await sleep(1_000);
  spawnSync("dd", ["if=/dev/zero", `of=${ballast}`, "bs=4k"]); // until it is full
  const bio = Array.from({ length: 90 }, () => "full").join(" ");
  let [refused, slowest] = [0, 0];
  for (const from = performance.now(); refused < 20 && performance.now() - from < 60_000; ) {
    const name = newName();
    const { status, headers, body, ms } = await client.register(name, { bio });
    if (status !== 201) refused++;
    else history.actors.push({ name, exists: "ok", bios: [bio], passwords: [], tokens: new Map(), unknownSessions: 0 });
    torture.check(status === 201 || (status === 503 && Boolean(headers["retry-after"])), `on a full disk: ${status} ${body?.code}`);
    slowest = Math.max(slowest, ms);
  }
  await first.stop();
  torture.check(refused > 0, "the disk was not full");
  torture.within("the slowest answer on a full disk", slowest, MAX_HANG_MS);
  for (const { tokens } of history.actors.slice(0, 20)) {
    for (const [token, known] of tokens) {
      if (known === "ok") torture.check((await client.me(token)).status === 200, "a token is not known on a full disk");
    }
  }
  rmSync(ballast);
  const freedAt = performance.now();
  const token = await client.newToken();
  torture.within("well again", performance.now() - freedAt, RECOVERY_MS);
  torture.check((await client.me(token)).status === 200, "a token check after space was made");
  const { username } = (await client.me(token)).body;
  history.actors.push({ name: username, exists: "ok", bios: [""], passwords: [], tokens: new Map([[token, "ok"]]), unknownSessions: 0 });
  await checkHistory(torture, { url: base, rows: (query) => rowsAt(url.href, query) }, history);
  checkUnbroken(torture, servers);
  torture.figure("answered/unknown", `${history.answered}/${history.unknown}`);
  torture.figure("refused", refused);
}

export const postgresDisk: Scenario[] = [
  { id: "postgres-disk-full", title: "PostgreSQL's disk is full", needs: ["the right to mount"], postgres: true, run: diskFull },
];
