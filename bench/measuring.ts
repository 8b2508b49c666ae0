import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { quantile } from "./load.ts";

const CALM_LOAD = 1;
const MAX_WAIT_MS = 60_000;

/** One line of the table. Ratios are the service against the floor of the same round. */
export type Line = {
  name: string;
  unit: string;
  service: number;
  floor: number | null;
  ratio: number | null;
  /** The smallest and the largest ratio of a round. */
  spread: [number, number] | null;
  /** The goal in words, and whether it is met. */
  must: string;
  holds: boolean;
  /** CPU milliseconds a request, of the service and of the floor. */
  cpu?: { service: number; floor: number };
};

export type Limit = { atLeast: number } | { atMost: number };

/** A line from pairs measured in the same rounds. */
export function pairedLine(name: string, unit: string, service: number[], floor: number[], limit: Limit): Line {
  const ratios = service.map((one, round) => one / (floor[round] as number));
  const ratio = median(ratios);
  return {
    name,
    unit,
    service: median(service),
    floor: median(floor),
    ratio,
    spread: [Math.min(...ratios), Math.max(...ratios)],
    must: inWords(limit, " × floor"),
    holds: isWithin(ratio, limit),
  };
}

/** A line without a floor. */
export function plainLine(name: string, unit: string, values: number[], limit: Limit): Line {
  const service = median(values);
  const spread: [number, number] = [Math.min(...values), Math.max(...values)];
  return { name, unit, service, floor: null, ratio: null, spread, must: inWords(limit, ` ${unit}`), holds: isWithin(service, limit) };
}

export function median(values: number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** Waits until the machine is calm, a minute at most; returns the load average at that time. */
export async function calmDown(): Promise<number> {
  const giveUpAt = performance.now() + MAX_WAIT_MS;
  while ((loadavg()[0] ?? 0) > CALM_LOAD && performance.now() < giveUpAt) {
    progress(`waiting for the machine to calm down, load average ${(loadavg()[0] ?? 0).toFixed(1)}`);
    await sleep(1_000);
  }
  return loadavg()[0] ?? 0;
}

/** Prints the progress on a line that the next one overwrites. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (!text.startsWith("waiting")) process.stderr.write(`${text}\n`);
}

export function table(lines: Line[]): string {
  const rows = lines.map((line) => [
    line.name,
    `${number(line.service)} ${line.unit}`,
    line.floor === null ? "" : `${number(line.floor)} ${line.unit}`,
    line.ratio === null ? "" : line.ratio.toFixed(2),
    line.spread ? line.spread.map((one) => (line.ratio === null ? number(one) : one.toFixed(2))).join("–") : "",
    line.cpu ? `${line.cpu.service.toFixed(3)} / ${line.cpu.floor.toFixed(3)}` : "",
    line.must,
    line.holds ? "yes" : "NO",
  ]);
  const head = ["what", "Latchkey", "floor", "ratio", "of rounds", "CPU ms a request / floor's", "must be", "holds"];
  const all = [head, head.map(() => "-"), ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map(
      (row, at) =>
        `| ${row.map((cell, column) => (at === 1 ? "-".repeat(widths[column] ?? 1) : cell.padEnd(widths[column] ?? 1))).join(" | ")} |`,
    )
    .join("\n");
}

function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const isWithin = (value: number, limit: Limit) => ("atLeast" in limit ? value >= limit.atLeast : value <= limit.atMost);
const inWords = (limit: Limit, unit: string) => ("atLeast" in limit ? `≥ ${limit.atLeast}${unit}` : `≤ ${limit.atMost}${unit}`);
