import { renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "./client.ts";
import { onlyAnswers, signedIn, startWriters } from "./faults-replacement.ts";
import { type Server, startServer } from "./place.ts";
import { checkStore, type Scenario, type Torture } from "./scenario.ts";
import { GUESSER, guesses, isThere, SOON_MS, startAll, TWO, timesSaid, until } from "./several.ts";

/* Several processes on one port: what they share, one that dies, and the end of all. */

/** The limits that each process counts in its memory are one limit all the same. */
async function sharedLimits(torture: Torture): Promise<void> {
  const free = 20;
  const server = await startAll({ ...TWO, LIMIT_INVALID_TOKENS: String(free) });
  torture.check((await guesses(server)) === 5, "two processes don't evaluate five guesses");
  const clients = Array.from({ length: 8 }, () => new Client(server.url, GUESSER));
  let refused = 0;
  for (let turn = 0; turn < 2 * free; turn++) {
    const { status } = await (clients[turn % clients.length] as Client).me(`lk_${"x".repeat(56)}`);
    if (status === 429) refused++;
    await sleep(10); // the processes tell each other after 50 ms
  }
  torture.check(Math.abs(refused - free) <= 8, `${refused} of ${2 * free} invalid tokens were refused, and ${free} are free`);
  torture.figure("refused beyond the limit", refused);
  await server.end();
}

/** A process that dies is replaced, and the others go on meanwhile. */
async function deaths(torture: Torture): Promise<void> {
  const server = await startAll(TWO);
  const [{ token } = { token: "" }] = await signedIn(server, 1);
  const killed = server.children().slice(0, torture.many(1, 2));
  for (const pid of killed) {
    process.kill(pid, "SIGKILL");
    const replies = await Promise.all(Array.from({ length: 8 }, () => new Client(server.url).me(token)));
    torture.check(
      replies.every(({ status }) => status === 200),
      `while one is gone: ${replies.map(({ status }) => status)}`,
    );
    torture.check(await until(() => server.children().length === 2 && !server.children().includes(pid)), "it was not replaced");
    await until(() => server.children().every((one) => serves(server, one)));
  }
  for (const pid of server.children()) process.kill(pid, "SIGKILL");
  const waited = await new Client(server.url).me(token); // in the socket, until a process serves again
  torture.check(waited.status === 200, `when all are gone: ${waited.status}`);
  torture.check(timesSaid(server, /has ended unexpectedly/) === killed.length + 2, "the deaths are not in the log");
  checkStore(torture, server);
  torture.figure("waited when all are gone", waited.ms, " ms");
  await server.end();
}

const serves = (server: Server, pid: number) => timesSaid(server, new RegExp(`"pid":${pid},"msg":"a process serves"`)) > 0;

/** If processes die again and again, or none can be started, the service ends with a sentence. */
async function deathLoop(torture: Torture): Promise<void> {
  const server = await startAll(TWO);
  const seen = new Set<number>();
  const startedAt = performance.now();
  while (server.running && performance.now() - startedAt < 2 * SOON_MS) {
    for (const pid of server.children()) {
      if (!serves(server, pid) || seen.has(pid)) continue;
      seen.add(pid);
      process.kill(pid, "SIGKILL");
    }
    await sleep(50);
  }
  const { code } = await server.end();
  torture.check(code === 1, `exit code ${code}`);
  torture.check(/ended unexpectedly \d+ times within a minute/.test(server.log()), `says ${server.log().slice(-300)}`);
  torture.figure("deaths until the end", seen.size);
}

async function noStart(torture: Torture): Promise<void> {
  const server = await startAll(TWO);
  const pids = server.children();
  for (const ending of ["-wal", "-shm"]) rmSync(server.databaseFile + ending);
  writeFileSync(server.databaseFile, "this is no database, only some text that is long enough".repeat(30));
  for (const pid of pids) process.kill(pid, "SIGKILL");
  const { code } = await server.exited;
  torture.check(code === 1, `exit code ${code}`);
  torture.check(/damaged, or is not a SQLite database/.test(server.log()), "the process doesn't say why");
  torture.check(/no process serves, and none can be started/.test(server.log()), `says ${server.log().slice(-300)}`);
}

/** However the supervisor ends, nothing is left. */
async function nothingIsLeft(torture: Torture, signal: "SIGTERM" | "SIGINT" | "SIGKILL"): Promise<void> {
  const server = await startAll(TWO);
  const pids = server.children();
  const load = startWriters(server.port, await signedIn(server, 8), (at) => at % 2 === 0);
  await sleep(200);
  server.child.kill(signal);
  const { code } = await server.exited;
  torture.check(code === (signal === "SIGKILL" ? null : 0), `${signal}: exit code ${code}`);
  torture.check(await until(() => !pids.some(isThere)), `${signal}: processes are left`);
  await load.stop();
  torture.check(load.broken.length === 0, `${signal}: ${load.broken.length} requests were cut off: ${load.broken.slice(0, 5)}`);
  torture.check(onlyAnswers(load), `${signal}: ${[...load.statuses]}`);
  const next = await startServer({ folder: server.folder, port: server.port });
  checkStore(torture, next);
  await next.end();
}

/** DRAIN_DELAY holds for all processes, and a second signal ends them. */
async function slowStop(torture: Torture): Promise<void> {
  const server = await startAll({ ...TWO, DRAIN_DELAY: "2" });
  const [{ token } = { token: "" }] = await signedIn(server, 1);
  const stoppedAt = performance.now();
  server.child.kill("SIGTERM");
  await sleep(200);
  for (let turn = 0; turn < 6; turn++) {
    const [health, check] = [await new Client(server.url).ask("GET", "/health"), await new Client(server.url).me(token)];
    torture.check(health.status === 503 && check.status === 200, `while it waits: /health ${health.status}, a token ${check.status}`);
  }
  const { code } = await server.exited;
  const took = performance.now() - stoppedAt;
  torture.check(code === 0 && took > 1_900, `exit code ${code} after ${took} ms`);
  const other = await startAll({ ...TWO, DRAIN_DELAY: "60" });
  const pids = other.children();
  other.child.kill("SIGTERM");
  await sleep(1_200);
  other.child.kill("SIGTERM");
  torture.check((await other.exited).code === 1, "a second signal does not end it with 1");
  torture.check(await until(() => !pids.some(isThere)), "processes are left after a second signal");
}

/** What is done regularly is done by one of the processes. */
async function routine(torture: Torture): Promise<void> {
  const server = await startAll({ ...TWO, RATE_LIMITS: "off" });
  const away = `${server.databaseFile}.away`;
  renameSync(server.databaseFile, away);
  await until(() => timesSaid(server, /deleted, moved or replaced/) > 0);
  await sleep(1_500);
  renameSync(away, server.databaseFile);
  torture.check(timesSaid(server, /deleted, moved or replaced/) === 1, "more than one process watches the files");
  torture.check(timesSaid(server, /RATE_LIMITS is off/) === 1, "more than one process warns");
  torture.check(timesSaid(server, /Latchkey is running/) === 1, "more than one process says that it runs");
  await server.end();
}

async function ends(torture: Torture): Promise<void> {
  for (const signal of torture.many(["SIGKILL"] as const, ["SIGTERM", "SIGINT", "SIGKILL"] as const)) await nothingIsLeft(torture, signal);
  if (!torture.short) await slowStop(torture);
}

async function dying(torture: Torture): Promise<void> {
  await deaths(torture);
  await noStart(torture);
  if (!torture.short) await deathLoop(torture);
}

async function together(torture: Torture): Promise<void> {
  await sharedLimits(torture);
  if (!torture.short) await routine(torture);
}

export const faultsProcesses: Scenario[] = [
  { id: "dying-processes", title: "Processes that die", short: true, run: dying },
  { id: "ended-processes", title: "The end of several processes", short: true, run: ends },
  { id: "processes-together", title: "Several processes as one", short: true, run: together },
];
