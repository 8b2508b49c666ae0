import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";
import type { Result, Task } from "./worker.ts";

/*
 * Attacks, load and faults; README.md says how to run them. In the short form several scenarios run at the same time, since
 * most of their time is spent waiting; those that measure how quick the service is run alone.
 */

const AT_A_TIME = 3;
const AT_A_TIME_BESIDE = 2; // with --beside, next to other tests

const words = process.argv.slice(2);
const short = words.includes("--short");
const onlyPostgres = words.includes("--postgres");
const beside = words.includes("--beside");
const alone = words.includes("--alone");
const chosen = choose(words.filter((word) => !word.startsWith("--")));
const results = new Map<Scenario, Result>();

await runAll(
  chosen.filter(({ measures }) => short && !measures),
  beside ? AT_A_TIME_BESIDE : AT_A_TIME,
);
await runAll(
  chosen.filter(({ measures }) => !short || measures),
  1,
);
report();

function choose(ids: string[]): Scenario[] {
  const unknown = ids.filter((id) => !scenarios.some((one) => one.id === id));
  if (unknown.length > 0) {
    process.stderr.write(`There is no scenario “${unknown[0]}”. They are: ${scenarios.map(({ id }) => id).join(", ")}.\n`);
    process.exit(1);
  }
  if (ids.length > 0) return scenarios.filter((one) => ids.includes(one.id));
  const some = scenarios.filter((one) => (!short || one.short) && (!onlyPostgres || one.postgres));
  return some.filter(({ measures }) => (measures ? !beside : !alone));
}

async function runAll(waiting: Scenario[], atATime: number): Promise<void> {
  const queue = [...waiting];
  await Promise.all(Array.from({ length: Math.min(atATime, queue.length) }, () => work(queue)));
}

/** Takes one scenario after the other, in a process of its own: where one blocks it, those beside it notice nothing. */
async function work(queue: Scenario[]): Promise<void> {
  const worker = fork(join(import.meta.dirname, "worker.ts"));
  const ended = once(worker, "exit");
  for (let scenario = queue.shift(); scenario; scenario = queue.shift()) {
    worker.send({ id: scenario.id, short } satisfies Task);
    const [result] = (await Promise.race([once(worker, "message"), ended.then(broken)])) as [Result];
    results.set(scenario, result);
    print(scenario, result);
  }
  worker.disconnect();
  await ended;
}

function broken([code, signal]: unknown[]): [Result] {
  throw new Error(`The process that runs the scenarios ended by itself: ${signal ?? `exit code ${code}`}.`);
}

function print({ id, title }: Scenario, { verdict, figures, problems }: Result): void {
  const lines = [`${verdict.padEnd(8)} ${id}: ${title}`, ...problems.map((problem) => `! ${problem}`), figures.join(" · ")];
  process.stdout.write(`${lines.join("\n         ")}\n`);
}

function report(): void {
  const cell = (text: string) => text.replaceAll("|", "/");
  const lines = chosen.map((scenario) => ({ scenario, result: results.get(scenario) as Result }));
  process.stdout.write("\n| scenario | rounds | figures | verdict |\n|---|---|---|---|\n");
  for (const { scenario, result } of lines) {
    const { rounds, figures, verdict } = result;
    process.stdout.write(`| ${scenario.id}: ${scenario.title} | ${rounds || "–"} | ${cell(figures.join(" · "))} | ${verdict} |\n`);
  }
  const counted = (verdict: Result["verdict"]) => lines.filter(({ result }) => result.verdict === verdict).length;
  process.stdout.write(`\n${counted("passed")} passed, ${counted("FAILED")} failed, ${counted("not run")} not run.\n`);
  const lacking = new Set(lines.flatMap(({ result }) => result.lacking));
  if (lacking.size > 0) process.stdout.write(`Not run is what needs something that is missing here: ${[...lacking].join("; ")}.\n`);
  process.exitCode = counted("FAILED") > 0 || lines.length === 0 ? 1 : 0;
}
