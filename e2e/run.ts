import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { startServer } from "#db/postgres/test-server.ts";

/*
 * “npm test”: every check and test, in steps that say how they ended in one line each. A step that fails shows all its
 * output, and no more steps follow.
 */

const AT_A_TIME = 2;

type Step = { name: string; script: string; args?: string[]; passed?: RegExp; notRun?: RegExp };
type Ended = { step: Step; code: number; output: string; seconds: number };

const BY_NODE = { passed: /^\S+ pass (\d+)/m, notRun: /^\S+ skipped (\d+)/m };
const BY_PLAYWRIGHT = { passed: /(\d+) passed/, notRun: /(\d+) skipped/ };
const BY_TORTURE = { passed: /(\d+) passed, \d+ failed/, notRun: /(\d+) not run\./ };

const e2e = (name: string, ...projects: string[]): Step => {
  const chosen = projects.map((project) => `--project=${project}`);
  return { name, script: "test:e2e", args: ["--reporter=dot", "--pass-with-no-tests", ...chosen], ...BY_PLAYWRIGHT };
};

const torture = (name: string, which: string): Step => ({ name, script: "torture", args: ["--short", which], ...BY_TORTURE });

/** The steps of a group take turns, AT_A_TIME of them at the same time; what measures how quick the service is runs alone. */
const GROUPS: Step[][] = [
  [{ name: "client", script: "build:client" }], // before others, which then find it up to date and don't write it beside each other
  [
    { name: "build", script: "build" }, // first, because API and hosts wait for it
    { name: "types", script: "types" },
    { name: "style", script: "style" },
    { name: "unused", script: "unused" },
    { name: "domain", script: "test:domain", ...BY_NODE },
    { name: "PostgreSQL", script: "test:postgres", ...BY_NODE },
    e2e("rules", "rules"),
    e2e("API", "api"),
    e2e("hosts", "api-next"),
  ],
  [e2e("pages", "pages", "no-javascript"), torture("faults", "--beside")],
  [torture("load", "--alone")],
];

const startedAt = performance.now();
const notRun = new Set<string>();
const postgres = await startServer(); // one for all tests, which otherwise start their own
process.env.TEST_POSTGRES_URL = postgres.url;

for (const steps of GROUPS) {
  const failed = await runAll(steps);
  for (const { step, output } of failed) {
    process.stdout.write(`\n${output}\nThe step “${step.name}” failed. To run it alone: ${commandOf(step)}\n`);
  }
  if (failed[0]) process.exit(failed[0].code);
}
await postgres.stop();
for (const sentence of notRun) process.stdout.write(`${sentence}\n`);
process.stdout.write(`${line("all", "", (performance.now() - startedAt) / 1_000)}\n`);

/** Runs the steps until one fails; those that failed. */
async function runAll(steps: Step[]): Promise<Ended[]> {
  const queue = [...steps];
  const failed: Ended[] = [];
  const takeTurns = async () => {
    for (let step = queue.shift(); step && failed.length === 0; step = queue.shift()) {
      const ended = await run(step);
      for (const [sentence] of ended.output.matchAll(/^Not run\b.*$/gm)) notRun.add(sentence);
      if (ended.code !== 0) failed.push(ended);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, takeTurns));
  return failed;
}

async function run(step: Step): Promise<Ended> {
  const from = performance.now();
  const child = spawn("npm", ["run", "--silent", step.script, "--", ...(step.args ?? [])], { stdio: ["ignore", "pipe", "pipe"] });
  const [said, complained, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  const ended = { step, code: code ?? 1, output: `${complained}${said}${signal ?? ""}`, seconds: (performance.now() - from) / 1_000 };
  process.stdout.write(`${line(step.name, countsOf(ended), ended.seconds)}\n`);
  return ended;
}

function countsOf({ step, code, output }: Ended): string {
  if (code !== 0) return "FAILED";
  if (!step.passed || !step.notRun) return "";
  return `${step.passed.exec(output)?.[1] ?? 0} passed, ${step.notRun.exec(output)?.[1] ?? 0} not run`;
}

function line(name: string, counts: string, seconds: number): string {
  return `${name.padEnd(11)}${counts.padEnd(28)}${seconds.toFixed(0).padStart(4)} s`;
}

function commandOf({ script, args = [] }: Step): string {
  return `npm run ${script}${args.length > 0 ? ` -- ${args.join(" ")}` : ""}`;
}
