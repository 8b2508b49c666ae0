import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, newName, type Reply } from "./client.ts";
import { mountDisk, mountMemory } from "./disk.ts";
import { startRefused } from "./environment.ts";
import { UNPRIVILEGED } from "./needs.ts";
import { ROOT, type Server, spawnChild, startServer } from "./place.ts";
import { checkStore, type Scenario, type Torture } from "./scenario.ts";

/* A database that can be read and not written. */

const MAX_STOP_MS = 10_000;

export const isStorageRefusal = ({ status, headers, body }: Reply) =>
  status === 503 && Boolean(headers["retry-after"]) && body?.code === "storage_unavailable";

/** Asks for writes until one is refused; none may be answered otherwise. */
export async function writesRefused(torture: Torture, server: Server, when: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const reply = await new Client(server.url).register();
    torture.check(isStorageRefusal(reply), `a registration ${when}: ${reply.status} ${reply.text.slice(0, 120)}`);
  }
}

/** Every write of the server fails from now on, until `stop` is called; the kernel refuses to make a disk with open files read-only. */
async function failWrites(server: Server, error: "EROFS" | "EIO") {
  const calls = "pwrite64,write,ftruncate,fdatasync,fsync";
  const tracer = spawnChild(
    "strace",
    [
      "-f",
      "-o",
      "/dev/null",
      "-P",
      server.databaseFile,
      "-P",
      `${server.databaseFile}-wal`,
      "-e",
      `trace=${calls}`,
      "-e",
      `inject=${calls}:error=${error}`,
      "-p",
      String(server.child.pid),
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  await once(tracer.stderr as NodeJS.ReadableStream, "data"); // “attached”
  await sleep(200);
  return async () => {
    tracer.kill("SIGINT");
    await once(tracer, "exit");
  };
}

async function readOnly(torture: Torture): Promise<void> {
  const server = await torture.start({ allow: /503/ });
  const client = new Client(server.url);
  const token = await client.newToken();
  for (const error of ["EROFS", "EIO"] as const) {
    server.change((database) => database.prepare("update sessions set last_used_at = last_used_at - 120000").run()); // a use wants to be written
    const stop = await failWrites(server, error);
    await writesRefused(torture, server, `with ${error}`, 3);
    torture.check((await client.me(token)).status === 200, `a token is not known with ${error}`);
    torture.check((await client.ask("GET", "/auth/sessions/", { token })).status === 200, `sessions are not listed with ${error}`);
    await stop();
    const { status } = await client.register();
    torture.check(status === 201, `after ${error}: ${status}`);
  }
  const users = server.rows("select id from users").length;
  torture.check(users === 3, `${users} users, not 3: a refused registration is there`);
}

async function startOnReadOnly(torture: Torture): Promise<void> {
  const { folder: disk, unmount } = mountMemory(16);
  torture.finally(unmount);
  spawnSync("mount", ["-o", "remount,ro", disk]);
  const { code, said, ms } = await startRefused({ DATA_DIR: join(disk, "data") });
  torture.check(code === 1 && said.includes(disk), `a start on a read-only disk: ${code}, ${said.slice(0, 200)}`);
  torture.figure("refused to start after", ms, " ms");
}

/** A real disk dies under the running server; then a start on what can only be read; then the disk is well again. */
async function diskTurnsReadOnly(torture: Torture): Promise<void> {
  const disk = mountDisk();
  if (!disk) throw new Error("no disk");
  torture.finally(() => disk.unmount());
  const dataDir = join(disk.folder, "data");
  const server = await startServer({ dataDir });
  const client = new Client(server.url);
  const name = newName();
  const token = await client.newToken(name);
  disk.breakDown();
  await writesRefused(torture, server, "on a disk that died", 5);
  const logout = await client.ask("POST", "/auth/logout/", { token, json: {} });
  torture.check(isStorageRefusal(logout), `a log-out on a disk that died: ${logout.status}`);
  const logIn = await client.logIn(name);
  torture.check(isStorageRefusal(logIn), `a log-in on a disk that died: ${logIn.status}`);
  for (const path of ["/auth/me/", "/auth/sessions/", "/auth/activity/"]) {
    const { status } = await client.ask("GET", path, { token });
    torture.check(status === 200, `${path} on a disk that died: ${status}`);
  }
  const stoppedAt = performance.now();
  const { code } = await server.end();
  torture.check([0, 1].includes(code ?? -1), `the end on a disk that died: exit code ${code}`);
  torture.within("the end on a disk that died", performance.now() - stoppedAt, MAX_STOP_MS);
  await refusesToStart(torture, "on a disk that died", dataDir);
  disk.mountAgain();
  disk.remount("ro");
  await refusesToStart(torture, "on a read-only disk with a database", dataDir);
  disk.remount("rw");
  const next = await startServer({ dataDir });
  checkStore(torture, next);
  torture.check(next.rows("select 1 from users").length === 1, "a refused registration is there");
  const again = new Client(next.url);
  torture.check((await again.me(token)).status === 200, "a session is gone, though no log-out was answered");
  torture.check((await again.logIn(name)).status === 200, "a log-in is not possible on the repaired disk");
  await next.end();
}

/** One clear refusal that names the folder; nothing is made or changed, there or elsewhere. */
async function refusesToStart(torture: Torture, when: string, dataDir: string, through: string[] = []): Promise<void> {
  const look = () => [dataDir, ROOT].map((folder) => readdirSync(folder).toSorted().join());
  const before = look();
  const { code, said, ms } = await startRefused({ DATA_DIR: dataDir }, { through });
  torture.check(code === 1 && said.includes(dataDir), `a start ${when}: ${code}, ${said.slice(0, 300)}`);
  torture.check(!/\n\s+at /.test(said), `a start ${when} says a stack trace`);
  torture.check(look().join() === before.join(), `a start ${when} left ${look()}, not ${before}`);
  torture.figure(`refused ${when} after`, ms, " ms");
}

/** As after the command line was used by root, say: the database file is there, and the service may not open or write it. */
async function forbiddenFile(torture: Torture): Promise<void> {
  const server = await startServer();
  await new Client(server.url).register();
  await server.end();
  for (const [mode, what] of [
    [0o000, "on a file that it may not read"],
    [0o444, "on a file that it may only read"],
  ] as const) {
    chmodSync(server.databaseFile, mode);
    const before = statSync(server.databaseFile);
    await refusesToStart(torture, what, server.dataDir, UNPRIVILEGED);
    const after = statSync(server.databaseFile);
    torture.check(after.size === before.size && after.mode === before.mode, `a start ${what} changed the file`);
  }
}

export const faultsReadOnly: Scenario[] = [
  { id: "failing-writes", title: "Writes fail under a running server", needs: ["strace on a running process"], run: readOnly },
  { id: "read-only-start", title: "Start on a read-only disk", needs: ["the right to mount"], short: true, run: startOnReadOnly },
  { id: "dying-disk", title: "A disk turns read-only under a running server", needs: ["ext4 on a loop device"], run: diskTurnsReadOnly },
  {
    id: "forbidden-file",
    title: "Start on a file that it may not open",
    needs: ["the right to give up privileges"],
    short: true,
    run: forbiddenFile,
  },
];
