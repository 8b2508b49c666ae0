import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { progress } from "./measuring.ts";
import { ROOT, serviceCommand, startServer, stopServer } from "./processes.ts";
import { copyDatabase, seedDatabase } from "./seed.ts";
import { logIn, logOut, type Request, register, take, tokenCheck, update } from "./workloads.ts";

/* npm run profile [-- check | login | register | update | logout]: writes a CPU profile of one workload. */

const SECONDS = 10;
const SESSIONS = 100_000; // for log-outs

const name = process.argv[2] ?? "check";
const results = join(ROOT, "bench-results");
const folder = mkdtempSync(join(tmpdir(), "latchkey-profile-"));
mkdirSync(results, { recursive: true });
const seed = await seedDatabase(join(folder, "seed", "latchkey.db"), name === "logout" ? SESSIONS : 1_000);
const workloads: Record<string, () => Request> = {
  check: () => tokenCheck(seed),
  login: logIn,
  register,
  update: () => update(seed),
  logout: () => logOut(seed.tokens),
};
const workload = workloads[name];
if (!workload) throw new Error(`There is no workload “${name}”, only ${Object.keys(workloads).join(", ")}.`);

copyDatabase(seed, join(folder, "data"));
const file = `${name}.cpuprofile`;
const flags = ["--cpu-prof", `--cpu-prof-dir=${results}`, `--cpu-prof-name=${file}`, "--cpu-prof-interval=200"];
const environment = { DATA_DIR: join(folder, "data"), RATE_LIMITS: "off" };
const service = await startServer("Latchkey", [...flags, ...serviceCommand()], "/health", environment, join(folder, "log"));
try {
  progress(`${name}, ${SECONDS} seconds`);
  const { perSecond, cpu } = await take(service, workload(), SECONDS);
  process.stdout.write(`\n${Math.round(perSecond)} requests/s, ${cpu.toFixed(3)} ms of CPU each, with the profiler's own share\n`);
} finally {
  await stopServer(service);
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`
bench-results/${file}

To read it: open it in Chromium's DevTools (Performance, "Load profile") or in https://www.speedscope.app. "Bottom-up" shows what
itself takes long: writeUtf8String is the kernel sending the answer, findSessionWithUser SQLite, hash SHA-256; those are the
floor's too. What is ours is what remains below take in http/front-door/front-door.ts. Compare shares within one profile, never times of two.
`);
