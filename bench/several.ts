import { setTimeout as sleep } from "node:timers/promises";
import { type Line, pairedLine, plainLine } from "./measuring.ts";
import { memoryMb, type Server, startedBy } from "./processes.ts";
import type { Seed } from "./seed.ts";
import { interleave, logIn, p99s, type Request, rateLine, rates, take, tokenCheck, update } from "./workloads.ts";

const ROUNDS = 5;
const SECONDS = 3;
const POLL_MS = 50;
const IDLE_MS = 10_000;
const MAX_PROCESS_MB = 200;

/** Waits until all processes of a server serve, and then until they are idle. */
export async function untilStarted(server: Server, processes: number): Promise<void> {
  while (startedBy(server.pid).length < processes) await sleep(POLL_MS);
  await sleep(IDLE_MS);
}

/** Two processes against one, which is the floor: the same load in turns. */
export async function measureProcesses(seed: Seed, one: Server, two: Server): Promise<Line[]> {
  const lines = [
    plainLine("supervisor, idle", "MB", [memoryMb(two.pid).now], { atMost: 100 }),
    plainLine(
      "each of two processes, idle",
      "MB",
      startedBy(two.pid).map((pid) => memoryMb(pid).now),
      { atMost: MAX_PROCESS_MB },
    ),
  ];
  const check = await compare("token check", one, two, [tokenCheck(seed)]);
  lines.push(rateLine("token check (32 connections)", check.two[0], check.one[0], 1.3));
  lines.push(pairedLine("token check: p99", "ms", p99s(check.two[0]), p99s(check.one[0]), { atMost: 1.5 }));
  const writes = await compare("update", one, two, [update(seed)]);
  lines.push(rateLine("update (durable)", writes.two[0], writes.one[0], 0.6));
  lines.push(pairedLine("update: p99", "ms", p99s(writes.two[0]), p99s(writes.one[0]), { atMost: 3 }));
  const both = await compare("token check among updates", one, two, [update(seed), { ...tokenCheck(seed), connections: 8 }]);
  lines.push(pairedLine("token check among updates: p99", "ms", p99s(both.two[1]), p99s(both.one[1]), { atMost: 2 }));
  lines.push(pairedLine("update among token checks: p99", "ms", p99s(both.two[0]), p99s(both.one[0]), { atMost: 3 }));
  const logIns = await compare("log-in", one, two, [logIn()]);
  lines.push(rateLine("log-in (8 connections)", logIns.two[0], logIns.one[0], 0.9));
  const among = await compare("token check among log-ins", one, two, [logIn(), tokenCheck(seed)]);
  lines.push(pairedLine("token check among log-ins", "/s", rates(among.two[1]), rates(among.one[1]), { atLeast: 1 }));
  return lines;
}

/** Rounds of simultaneous workloads on both servers; the results of each workload by server. */
async function compare(name: string, one: Server, two: Server, workloads: Request[]) {
  const runs = [two, one].map((server) => () => Promise.all(workloads.map((workload) => take(server, workload, SECONDS))));
  await interleave(`${name}, warming up`, 1, runs);
  const [ofTwo = [], ofOne = []] = await interleave(name, ROUNDS, runs);
  const byWorkload = (rounds: typeof ofTwo) => workloads.map((_, at) => rounds.map((round) => round[at] as (typeof round)[number]));
  return { two: byWorkload(ofTwo), one: byWorkload(ofOne) };
}
