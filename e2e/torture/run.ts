import { setTimeout as sleep } from "node:timers/promises";
import { answers } from "./answers.ts";
import { bodies } from "./bodies.ts";
import { connections } from "./connections.ts";
import { wrongEnvironments } from "./environment.ts";
import { errors } from "./errors.ts";
import { faultsBackup } from "./faults-backup.ts";
import { faultsClock } from "./faults-clock.ts";
import { faultsCrash } from "./faults-crash.ts";
import { faultsDisk } from "./faults-disk.ts";
import { faultsLock } from "./faults-lock.ts";
import { faultsLog } from "./faults-log.ts";
import { faultsReadOnly } from "./faults-read-only.ts";
import { faultsReplaced } from "./faults-replaced.ts";
import { faultsReplacement } from "./faults-replacement.ts";
import { faultsStop } from "./faults-stop.ts";
import { faultsUpgrade } from "./faults-upgrade.ts";
import { guessing } from "./guessing.ts";
import { hashingLoad } from "./hashing-load.ts";
import { manyRowsAtOnce } from "./many-rows.ts";
import { missing } from "./needs.ts";
import { oneAgainstAll } from "./one-against-all.ts";
import { races } from "./races.ts";
import { type Scenario, Torture } from "./scenario.ts";
import { timing } from "./timing.ts";
import { unkindContent } from "./unkind.ts";
import { uploads } from "./uploads.ts";

/*
 * Attacks, load and faults. `npm run torture` runs all in their long form, `-- --short` what every test run includes,
 * `-- F01 S16` these alone.
 */

const scenarios: Scenario[] = [
  ...guessing,
  ...races,
  ...manyRowsAtOnce,
  ...timing,
  ...hashingLoad,
  ...oneAgainstAll,
  ...faultsCrash,
  ...faultsLock,
  ...faultsDisk,
  ...faultsReadOnly,
  ...wrongEnvironments,
  ...connections,
  ...bodies,
  ...uploads,
  ...faultsStop,
  ...faultsReplacement,
  ...faultsReplaced,
  ...faultsLog,
  ...faultsBackup,
  ...faultsUpgrade,
  ...faultsClock,
  ...answers,
  ...errors,
  ...unkindContent,
];
const LONGEST_MS = 40 * 60_000;
const LONGEST_SHORT_MS = 60_000;

type Line = { id: string; title: string; rounds: string; figures: string; verdict: "passed" | "FAILED" | "not run" };

const words = process.argv.slice(2);
const short = words.includes("--short");
const asked = words.filter((word) => !word.startsWith("--"));
const chosen = scenarios.filter((one) => (asked.length > 0 ? asked.includes(one.id) : !short || one.short));
const lines: Line[] = [];
const allLacking = new Set<string>();

for (const scenario of chosen) {
  const line = await runOne(scenario);
  lines.push(line);
  process.stdout.write(`${line.verdict.padEnd(8)} ${line.id.padEnd(4)} ${line.title}\n         ${line.figures}\n`);
}

const counted = (verdict: Line["verdict"]) => lines.filter((line) => line.verdict === verdict).length;
const cell = (text: string) => text.replaceAll("|", "/");
process.stdout.write("\n| scenario | rounds | figures | verdict |\n|---|---|---|---|\n");
for (const { id, title, rounds, figures, verdict } of lines) {
  process.stdout.write(`| ${id} ${title} | ${rounds} | ${cell(figures)} | ${verdict} |\n`);
}
process.stdout.write(`\n${counted("passed")} passed, ${counted("FAILED")} failed, ${counted("not run")} not run.\n`);
if (allLacking.size > 0) process.stdout.write(`Not run is what needs something that is missing here: ${[...allLacking].join("; ")}.\n`);
process.exit(counted("FAILED") > 0 || lines.length === 0 ? 1 : 0);

async function runOne({ id, title, needs, run }: Scenario): Promise<Line> {
  const lacking = missing(needs);
  for (const need of lacking) allLacking.add(need);
  if (lacking.length > 0) return { id, title, rounds: "–", figures: `needs ${lacking.join(", ")}`, verdict: "not run" };
  const torture = new Torture(short);
  const startedAt = performance.now();
  try {
    const longest = short ? LONGEST_SHORT_MS : LONGEST_MS;
    const late = sleep(longest, "late" as const, { ref: false });
    if ((await Promise.race([run(torture), late])) === "late") torture.check(false, `took longer than ${longest / 1_000} s`);
  } catch (error) {
    torture.check(false, (error as Error).stack ?? String(error));
  }
  await torture.close().catch((error) => torture.check(false, `at the end: ${error.stack}`));
  torture.figure("took", (performance.now() - startedAt) / 1_000, " s");
  for (const problem of torture.problems) process.stdout.write(`         ! ${problem}\n`);
  const verdict = torture.problems.length > 0 ? "FAILED" : "passed";
  return { id, title, rounds: String(torture.rounds), figures: torture.figures.join(" · "), verdict };
}
