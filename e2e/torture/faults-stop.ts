import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { Client, newName, type Reply } from "./client.ts";
import { checkHistory, checkWhole, newHistory, startLoad } from "./history.ts";
import { newFolder, ROOT, type Server, spawnChild, startServer } from "./place.ts";
import { checkStore, type Scenario, type Torture } from "./scenario.ts";
import { seed } from "./seed.ts";

const LONGEST_STOP_MS = 10_000;

const logged = (server: Server) => !existsSync(`${server.databaseFile}-wal`) || statSync(`${server.databaseFile}-wal`).size === 0;

/** Ends a server in the middle of everything; how it went for those who were asking. */
async function stopInTheMiddle(torture: Torture, signal: NodeJS.Signals, again: boolean): Promise<void> {
  const server = await startServer();
  const names = Array.from({ length: 30 }, () => newName());
  seed(server, names);
  const idle = Array.from({ length: torture.many(50, 500) }, () => connect(server.port, "127.0.0.1"));
  for (const socket of idle) socket.on("error", () => {}).write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
  const upload = connect(server.port, "127.0.0.1");
  upload.on("error", () => {});
  if (!torture.short)
    upload.write("POST /auth/create-user/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n{");
  await sleep(300);
  const asked = names.map((name) =>
    new Client(server.url).logIn(name).then(
      (reply) => reply,
      () => null,
    ),
  );
  await sleep(150);
  const stoppedAt = performance.now();
  server.child.kill(signal);
  if (again) {
    await sleep(1_200);
    if (server.running) server.child.kill(signal);
  }
  const { code, signal: by } = await server.end("SIGCONT");
  const took = performance.now() - stoppedAt;
  const replies = await Promise.all(asked);
  const answered = replies.filter((reply): reply is Reply => reply !== null);
  const what = `${signal}${again ? " twice" : ""}`;
  torture.check([0, 143].includes(code ?? -1) || (again && code === 1), `${what}: exit code ${code} ${by ?? ""}`);
  torture.within(what, took, LONGEST_STOP_MS);
  torture.check(took < 2 * LONGEST_STOP_MS, `${what}: gone after ${took} ms`);
  torture.check(again || logged(server), `${what}: the write-ahead log is left`);
  torture.figure(what, `${Math.round(took)} ms, ${answered.length} of 30 answered`);
  const next = await startServer({ folder: server.folder });
  for (const { status, body } of answered) {
    const works = status !== 200 || (await new Client(next.url).me(body.token)).status === 200;
    torture.check(works, `${what}: an answered log-in is lost`);
  }
  checkStore(torture, next);
  await next.end();
  for (const socket of [...idle, upload]) socket.destroy();
}

async function orderlyStop(torture: Torture): Promise<void> {
  await stopInTheMiddle(torture, "SIGTERM", false);
  if (torture.short) return;
  await stopInTheMiddle(torture, "SIGTERM", true);
  await stopInTheMiddle(torture, "SIGINT", false);
}

/** A start on an empty folder is cut off at a random moment; the next one finishes. */
async function cutOffStart(torture: Torture): Promise<void> {
  torture.rounds = torture.many(2, 60);
  const killedAt: number[] = [];
  for (let round = 0; round < torture.rounds; round++) {
    const folder = newFolder();
    const first = await startServer({ folder, unready: true });
    await sleep(200 + Math.random() * 900);
    killedAt.push(first.rowsOrNone("select name from sqlite_master").length);
    await first.end("SIGKILL");
    await finishes(torture, folder);
  }
  torture.figure("tables when cut off", killedAt.slice(0, 12).join(" "));
}

async function finishes(torture: Torture, folder: string): Promise<void> {
  const next = await startServer({ folder });
  const made = await new Client(next.url).register();
  torture.check(made.status === 201, `after a start that was cut off: ${made.status}`);
  checkStore(torture, next);
  checkWhole(torture, next);
  await next.end();
}

/** As above, at every single sync of the start. */
async function cutOffAtEachSync(torture: Torture): Promise<void> {
  let at = 0;
  for (; at < 60; at++) {
    const folder = newFolder();
    const inject = `inject=fdatasync,fsync:signal=SIGKILL:when=${at + 1}`;
    const through = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", inject];
    const first = await startServer({ folder, through, unready: true });
    const until = performance.now() + 20_000;
    while (first.running && performance.now() < until && !(await first.answers())) await sleep(50);
    const gotThrough = first.running;
    await first.end("SIGKILL");
    if (gotThrough) break;
    await finishes(torture, folder);
  }
  torture.rounds = at;
  torture.check(at > 3, `only ${at} syncs were met`);
}

const accounts = (server: Server, ...words: string[]) =>
  spawnSync(process.execPath, ["accounts/cli.js", ...words], {
    cwd: ROOT,
    env: { ...process.env, DATA_DIR: server.dataDir },
    encoding: "utf8",
  });

/** Copies under load, and what is in them. */
async function backup(torture: Torture): Promise<void> {
  const server = await torture.start({ allow: /503/ });
  const history = newHistory();
  const folder = newFolder();
  torture.rounds = torture.many(2, 15);
  const load = startLoad(() => server.url, history, 6);
  const copies: { file: string; before: string[] }[] = [];
  for (let round = 0; round < torture.rounds; round++) {
    await sleep(torture.many(400, 2_000));
    const before = history.actors.filter(({ exists }) => exists === "ok").map(({ name }) => name);
    const file = join(folder, `copy-${round}`);
    const child = spawnChild(process.execPath, ["accounts/cli.js", "backup", file], {
      cwd: ROOT,
      env: { ...process.env, DATA_DIR: server.dataDir },
    });
    const [code] = (await once(child, "exit")) as [number];
    torture.check(code === 0, `backup: exit code ${code}`);
    copies.push({ file, before });
  }
  await load.stop();
  for (const { file, before } of copies) {
    torture.check((statSync(file).mode & 0o777) === 0o600, `mode of the backup: ${(statSync(file).mode & 0o777).toString(8)}`);
    const copy = new Database(file, { readonly: true });
    const held = new Set(copy.prepare("select username from users").pluck().all());
    torture.check(copy.pragma("integrity_check", { simple: true }) === "ok", "G3 of a backup");
    torture.check(
      before.every((name) => held.has(name)),
      "a user answered before the backup began is not in it",
    );
    torture.figure("users", held.size);
    copy.close();
  }
  await checkHistory(torture, server, history);
}

async function restored(torture: Torture): Promise<void> {
  const server = await startServer();
  const client = new Client(server.url);
  const [name, other] = [newName(), newName()];
  const token = await client.newToken(name);
  const revoked = (await client.logIn(name)).body.token;
  const file = join(newFolder(), "copy");
  torture.check(accounts(server, "backup", file).status === 0, "backup");
  await client.ask("POST", "/auth/logout/", { token: revoked, json: {} });
  await client.register(other);
  const running = accounts(server, "restore", file);
  torture.check(
    running.status === 1 && /running/i.test(running.stderr),
    `restore over a running server: ${running.status} ${running.stderr}`,
  );
  torture.check((await client.me(token)).status === 200, "a refused restore ended a session");
  await server.end();
  const { status, stderr } = accounts(server, "restore", file);
  torture.check(status === 0, `restore: ${status} ${stderr}`);
  const next = await torture.start({ folder: server.folder });
  const again = new Client(next.url);
  for (const old of [token, revoked]) torture.check((await again.me(old)).status === 401, "a token from before the restore is alive");
  torture.check((await again.logIn(name)).status === 200, "who is in the backup cannot log in");
  torture.check((await again.logIn(other)).status === 401, "who came after the backup can log in");
}

export const faultsStop: Scenario[] = [
  { id: "F09", title: "Backup under load", short: true, run: backup },
  { id: "F10", title: "Restore", short: true, run: restored },
  { id: "F11", title: "Orderly stop", short: true, run: orderlyStop },
  { id: "F17", title: "Interrupted start", short: true, run: cutOffStart },
  { id: "F17s", title: "A start cut off at each sync", needs: ["strace"], run: cutOffAtEachSync },
];
