import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, newName } from "./client.ts";
import { startRefused } from "./environment.ts";
import { writesRefused } from "./faults-read-only.ts";
import { accounts, newFolder, ROOT, type Server, startServer } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* A database that is deleted, moved or replaced, under a running server and before a start. */

const MAX_NOTICE_MS = 10_000;

async function health(server: Server, wanted: number): Promise<boolean> {
  const client = new Client(server.url);
  for (const from = performance.now(); performance.now() - from < MAX_NOTICE_MS; await sleep(100)) {
    if ((await client.ask("GET", "/health")).status === wanted) return true;
  }
  return false;
}

/** Under a running server: what would be gone at the next start is never acknowledged. */
async function goneWhileRunning(torture: Torture): Promise<void> {
  const server = await torture.start({ allow: /503/ });
  const client = new Client(server.url);
  const token = await client.newToken();
  const away = join(newFolder(), "away");
  for (const [what, file] of [
    ["moved away", server.databaseFile],
    ["without its log", `${server.databaseFile}-wal`],
  ] as const) {
    renameSync(file, away);
    await writesRefused(torture, server, what, 3);
    torture.check(await health(server, 503), `${what}: /health does not say so`);
    torture.check((await client.me(token)).status === 200, `${what}: a token is not known`);
    await sleep(1_500); // the service looks once a second
    renameSync(away, file);
    torture.check(await health(server, 200), `${what}: /health is not well again`);
    torture.check((await new Client(server.url).register()).status === 201, `${what}: a registration is refused afterwards`);
  }
  await sleep(1_500);
  torture.check(/deleted, moved or replaced/.test(server.log()), "nothing of it is in the log");
  torture.check(/is back/.test(server.log()), "that it is back is not in the log");
}

/** Replaced by another one, as by a careless restore: the server stops without touching it, and the next one serves it. */
async function replacedWhileRunning(torture: Torture): Promise<void> {
  const server = await startServer();
  const name = newName();
  await new Client(server.url).register(name);
  const copy = join(newFolder(), "copy");
  torture.check(accounts(server.dataDir, "backup", copy).status === 0, "backup");
  const key = join(newFolder(), "secret.key");
  copyFileSync(join(server.dataDir, "secret.key"), key);
  rmSync(server.dataDir, { recursive: true });
  mkdirSync(server.dataDir);
  copyFileSync(copy, server.databaseFile);
  copyFileSync(key, join(server.dataDir, "secret.key"));
  await writesRefused(torture, server, "on a replaced database", 3);
  const { code } = await server.end();
  torture.check(code === 0, `the end: exit code ${code}`);
  const next = await torture.start({ folder: server.folder, allow: /503/ }); // of the one before, in the same log
  torture.check((await new Client(next.url).logIn(name)).status === 200, "who is in the new database cannot log in");
}

/** The files that are left tell of a database that is gone: no start on them. */
async function remainsBeforeStart(torture: Torture): Promise<void> {
  const server = await startServer();
  await new Client(server.url).register();
  await server.end("SIGKILL");
  rmSync(server.databaseFile);
  const left = readdirSync(server.dataDir).toSorted();
  const { code, said, ms } = await startRefused({ DATA_DIR: server.dataDir });
  torture.check(code === 1 && /latchkey\.db is missing, but .*not a first start/.test(said), `${code}, ${said.slice(0, 300)}`);
  torture.check(readdirSync(server.dataDir).toSorted().join() === left.join(), "the refused start left something");
  torture.check(!existsSync(join(ROOT, "data/latchkey.db")) || left.length > 0, "a database elsewhere");
  torture.figure("refused after", ms, " ms");
}

export const faultsReplaced: Scenario[] = [
  { id: "moved-database", title: "The database is moved away under a running server", short: true, run: goneWhileRunning },
  { id: "replaced-database", title: "The database is replaced under a running server", short: true, run: replacedWhileRunning },
  { id: "incomplete-database", title: "A start on the remains of a database", short: true, run: remainsBeforeStart },
];
