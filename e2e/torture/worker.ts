import { setTimeout as sleep } from "node:timers/promises";
import { missing } from "./needs.ts";
import { type Scenario, Torture } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

/* A process that runs the scenarios that it is given, one after the other. Its servers and folders are gone when it ends. */

const MAX_MS = 40 * 60_000;
const MAX_SHORT_MS = 180_000; // only to end what hangs: on a busy machine a scenario takes five times as long

export type Task = { id: string; short: boolean };
export type Result = {
  verdict: "passed" | "FAILED" | "not run";
  rounds: number;
  figures: string[];
  problems: string[];
  /** What this machine has not, and the scenario needs. */
  lacking: string[];
};

process.on("disconnect", () => process.exit());
process.on("message", async ({ id, short }: Task) => {
  const scenario = scenarios.find((one) => one.id === id) as Scenario;
  process.send?.(await run(scenario, short));
});

async function run({ needs, run }: Scenario, short: boolean): Promise<Result> {
  const lacking = missing(needs);
  if (lacking.length > 0) return { verdict: "not run", rounds: 0, figures: [`needs ${lacking.join(", ")}`], problems: [], lacking };
  const torture = new Torture(short);
  const startedAt = performance.now();
  try {
    const maxMs = short ? MAX_SHORT_MS : MAX_MS;
    const late = sleep(maxMs, "late" as const, { ref: false });
    if ((await Promise.race([run(torture), late])) === "late") torture.check(false, `took longer than ${maxMs / 1_000} s`);
  } catch (error) {
    torture.check(false, (error as Error).stack ?? String(error));
  }
  await torture.close().catch((error) => torture.check(false, `at the end: ${error.stack}`));
  torture.figure("took", (performance.now() - startedAt) / 1_000, " s");
  const { rounds, figures, problems } = torture;
  return { verdict: problems.length > 0 ? "FAILED" : "passed", rounds, figures, problems, lacking };
}
