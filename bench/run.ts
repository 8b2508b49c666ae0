import { fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../e2e/free-port.ts";
import { calmDown, type Line, pairedLine, plainLine, progress, table } from "./measuring.ts";
import { measurePostgres } from "./postgres.ts";
import { answers, bareEnvironment, memoryMb, ROOT, type Server, serviceCommand, startServer, stopServer } from "./processes.ts";
import { measureGrowth } from "./scale.ts";
import { copyDatabase, type Seed, seedDatabase } from "./seed.ts";
import { measureProcesses, untilStarted } from "./several.ts";
import {
  firstByte,
  forwardAuth,
  hashing,
  interleave,
  introspection,
  logIn,
  logOut,
  p99s,
  rateLine,
  rates,
  register,
  take,
  tokenCheck,
  update,
} from "./workloads.ts";

/*
 * npm run bench: measures every number beside a floor in the same minutes, because machines vary from hour to hour.
 * npm run bench -- --scale: measures ten million sessions. npm run bench -- --processes: measures two processes against one.
 * npm run bench -- --postgres: on PostgreSQL, with --scale also there. All leave only bench-results/ behind.
 */

const ROUNDS = 5;
const HASHING_ROUNDS = 4;
const STARTS = 3;
const SESSIONS = 120_000; // for log-outs, which use them up
const SESSIONS_OF_FEW = 2_000;
const IDLE_MS = 10_000;
const NEXT = "node_modules/next/dist/bin/next";

const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
const servers: Server[] = [];
const loadAverage = await calmDown();
const lines: Line[] = [];
try {
  if (process.argv.includes("--postgres")) lines.push(...(await measureOnPostgres()));
  else if (process.argv.includes("--scale")) lines.push(...(await measureGrowth(folder)));
  else if (process.argv.includes("--processes")) await measureTwo();
  else await measureAll();
} finally {
  await Promise.all(servers.map(stopServer));
  rmSync(folder, { recursive: true, force: true });
  report();
}

async function measureAll(): Promise<void> {
  progress("building what changed");
  build();
  const seed = await seedDatabase(join(folder, "seed", "latchkey.db"), SESSIONS);
  const start = await startTimes();
  const service = await startService(seed);
  await sleep(IDLE_MS);
  const idle = memoryMb(service.pid).now;
  const bare = await add("bare server", ["bench/floors/bare-server.ts", "<port>", copyDatabase(seed, join(folder, "bare"))], "/");
  const nextFile = copyDatabase(seed, join(folder, "next"));
  const next = await add("bare Next.js", [NEXT, "start", "bench/bare-next", "--port", "<port>"], "/", { DATABASE_FILE: nextFile });
  lines.push(plainLine("npm start to first answer", "ms", start, { atMost: 1_500 }));
  lines.push(plainLine("memory, idle for 10 s", "MB", [idle], { atMost: 160 }));
  lines.push(...(await measureChecks(seed, service, bare, next)));
  lines.push(...(await measureServices(seed, service, bare)));
  lines.push(...(await measureHashing(seed, service)));
  lines.push(...(await measureWrites(seed, service, bare)));
  lines.push(...(await measurePages(service, next)));
  lines.push(plainLine("memory, 256 connections", "MB", [await memoryUnderLoad(seed, service)], { atMost: 400 }));
}

async function measureTwo(): Promise<void> {
  progress("building what changed");
  build();
  await startTimes(); // fills the compile cache: the first start after a change needs more memory
  const seed = await seedDatabase(join(folder, "seed", "latchkey.db"), SESSIONS_OF_FEW);
  const [one, two] = [await startService(seed), await startService(seed, 2)];
  await untilStarted(two, 2);
  lines.push(...(await measureProcesses(seed, one, two)));
}

async function measureOnPostgres(): Promise<Line[]> {
  build();
  return measurePostgres(folder, add);
}

async function measureChecks(seed: Seed, service: Server, bare: Server, next: Server): Promise<Line[]> {
  const runs = [
    () => take(service, tokenCheck(seed), 2),
    () => take(bare, tokenCheck(seed), 2),
    () => take(next, tokenCheck(seed, "/me"), 2),
  ];
  await interleave("token check, warming up", 2, runs);
  const [own, floor, nextOnes] = await interleave("token check", ROUNDS, runs);
  return [
    rateLine("token check (32 connections)", own, floor, 0.7),
    pairedLine("token check: p99", "ms", p99s(own), p99s(floor), { atMost: 3 }),
    rateLine("token check, floor: Next.js route", own, nextOnes, 4),
  ];
}

async function measureServices(seed: Seed, service: Server, bare: Server): Promise<Line[]> {
  const asking = [service, bare].map((server) => () => take(server, introspection(seed), 2));
  const passing = [() => take(service, forwardAuth(seed, 204), 2), () => take(bare, forwardAuth(seed, 200), 2)];
  await interleave("introspection, warming up", 2, [...asking, ...passing]);
  const [asked, askedFloor] = await interleave("introspection", ROUNDS, asking);
  const [passed, passedFloor] = await interleave("forward authentication", ROUNDS, passing);
  return [
    rateLine("introspection (32 connections)", asked, askedFloor, 0.6),
    rateLine("forward authentication (32 connections)", passed, passedFloor, 0.75),
  ];
}

async function measureHashing(seed: Seed, service: Server): Promise<Line[]> {
  const argon2id = fork(join(import.meta.dirname, "floors/raw-argon2id.ts"), { env: bareEnvironment() });
  await once(argon2id, "message");
  const loggingIn = await hashing("log-in", service, argon2id, logIn(), "verify", HASHING_ROUNDS);
  const registering = await hashing("registration", service, argon2id, register(), "hash", HASHING_ROUNDS);
  argon2id.kill();
  const checksAmongLogIns = async () => {
    const storm = take(service, logIn(), 3);
    const checks = await take(service, tokenCheck(seed), 3);
    await storm;
    return checks;
  };
  const [calm, disturbed] = await interleave("token check among log-ins", HASHING_ROUNDS, [
    () => take(service, tokenCheck(seed), 3),
    checksAmongLogIns,
  ]);
  const among = pairedLine("token check among log-ins, floor: alone", "/s", rates(disturbed), rates(calm), { atLeast: 0.5 });
  return [...loggingIn, ...registering, among];
}

async function measureWrites(seed: Seed, service: Server, bare: Server): Promise<Line[]> {
  const updates = [service, bare].map((server) => () => take(server, update(seed), 2));
  const logOuts = [service, bare].map((server) => {
    const workload = logOut(seed.tokens);
    return () => take(server, workload, 1.5);
  });
  await interleave("update, warming up", 1, updates);
  const [update1, update2] = await interleave("update", ROUNDS, updates);
  const [logOut1, logOut2] = await interleave("log-out", ROUNDS, logOuts);
  return [rateLine("update (durable)", update1, update2, 0.6), rateLine("log-out (durable)", logOut1, logOut2, 0.6)];
}

async function measurePages(service: Server, next: Server): Promise<Line[]> {
  const paths = ["/login/", "/register/"];
  const runs = [...paths.map((path) => () => firstByte(service.port, path)), () => firstByte(next.port, "/")];
  await interleave("pages, warming up", 1, runs);
  const taken = await interleave("pages", ROUNDS, runs);
  const floor = taken.pop() as number[];
  return paths.map((path, at) => pairedLine(`first byte of ${path}`, "ms", taken[at] as number[], floor, { atMost: 3 }));
}

/** From `npm start` on a built tree to the first answer, npm's own time included. The first start fills the compile cache. */
async function startTimes(): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i <= STARTS; i++) {
    progress(`start ${i} of ${STARTS}`);
    const port = await freePort();
    const log = openSync(join(folder, "start.log"), "a");
    const environment = { ...bareEnvironment(), PORT: String(port), DATA_DIR: join(folder, `start-${i}`) };
    const startedAt = performance.now();
    const child = spawn("npm", ["start", "--silent"], { cwd: ROOT, env: environment, stdio: ["ignore", log, log] });
    while (!(await answers(port, "/health"))) {
      if (child.exitCode !== null) throw new Error("npm start failed.");
      await sleep(5);
    }
    if (i > 0) times.push(performance.now() - startedAt);
    await stopServer({ child });
  }
  return times;
}

/** The peak memory of the service with 256 connections, half of whose requests are log-ins. */
async function memoryUnderLoad(seed: Seed, service: Server): Promise<number> {
  progress("memory under load");
  const idleOnes = Array.from({ length: 256 - 40 }, () => connect({ port: service.port, host: "127.0.0.1" }).on("error", () => {}));
  await Promise.all([take(service, tokenCheck(seed), 5), take(service, logIn(), 5)]);
  for (const socket of idleOnes) socket.destroy();
  return memoryMb(service.pid).most;
}

async function startService(seed: Seed, processes = 1): Promise<Server> {
  const data = join(folder, `service-${processes}`);
  copyDatabase(seed, data);
  const settings = { DATA_DIR: data, PROCESSES: String(processes), RATE_LIMITS: "off" };
  return add(`Latchkey with ${processes}`, serviceCommand(), "/health", settings);
}

async function add(name: string, command: string[], path: string, environment: Record<string, string> = {}): Promise<Server> {
  progress(`starting ${name}`);
  const server = await startServer(name, command, path, environment, join(folder, `${name}.log`));
  servers.push(server);
  return server;
}

/** Builds the service's pages if they changed, and the bare Next.js app if there is no build of it. */
function build(): void {
  const run = (...words: string[]) => {
    const env = { ...bareEnvironment(), NODE_ENV: "production" as const };
    const { status } = spawnSync(process.execPath, words, { cwd: ROOT, env, stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) throw new Error(`This failed: node ${words.join(" ")}`);
  };
  run("--import", "./db/runtime.js", "http/front-door/build.ts");
  if (!existsSync(join(ROOT, "bench/bare-next/.next/BUILD_ID"))) run(NEXT, "build", "bench/bare-next");
}

function report(): void {
  const machine = `${availableParallelism()} cores, ${cpus()[0]?.model ?? "unknown"}, Node ${process.versions.node}`;
  const results = join(ROOT, "bench-results");
  mkdirSync(results, { recursive: true });
  const at = new Date().toISOString();
  writeFileSync(join(results, `${at.replaceAll(":", "-")}.json`), JSON.stringify({ at, machine, loadAverage, lines }, null, 2));
  progress("");
  process.stdout.write(`${table(lines)}\n\n${machine}; load average at the start ${loadAverage.toFixed(1)}\n`);
}
