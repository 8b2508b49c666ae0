import { subscribe } from "node:diagnostics_channel";
import type { MetricObjectWithValues, MetricValue } from "prom-client";
import { MINUTE_MS, SECOND_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { countEmailsWaiting, countLiveSessions } from "#accounts/figures.ts";
import { commitTimes, limitsHit } from "#accounts/measures.ts";
import { hashingLoad } from "#accounts/passwords/passwords.ts";
import { readBackupRecord } from "#db/backups.ts";
import { type Answered, answers, log } from "#http/logger.ts";
import { doesRoutine, processNumber } from "#http/processes/number.ts";
import { METHODS } from "#http/route.ts";
import about from "../../package.json" with { type: "json" };
import { routeNames } from "./routes.ts";

/** What a process has measured, as it is sent to the supervisor. */
export type Measured = MetricObjectWithValues<MetricValue<string>>[];

type Prometheus = typeof import("prom-client");

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const EMAILS_REMEMBERED_MS = 10 * SECOND_MS;
const SESSIONS_REMEMBERED_MS = MINUTE_MS;

/** Begins to measure this process. Returns a function that gives what was measured. Nothing is measured, or loaded for it, before. */
export async function startMeasuring(): Promise<() => Promise<Measured>> {
  const { default: prometheus } = await import("prom-client");
  const own = new prometheus.Registry(); // with the number of the process: a counter goes back to 0 with its process only
  own.setDefaultLabels({ process: String(processNumber() ?? 1) });
  prometheus.collectDefaultMetrics({ register: own });
  measureRequests(prometheus, [own]);
  measureWork(prometheus, [own]);
  const shared = new prometheus.Registry();
  if (doesRoutine()) measureAmounts(prometheus, [shared]);
  return async () => [...(await own.getMetricsAsJSON()), ...(await shared.getMetricsAsJSON())];
}

function measureRequests({ Counter, Histogram }: Prometheus, registers: InstanceType<Prometheus["Registry"]>[]): void {
  const routeOf = routeNames();
  const requests = new Counter({
    name: "latchkey_requests_total",
    help: "Answered requests. The status is “aborted” if the client had gone.",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const times = new Histogram({
    name: "latchkey_request_seconds",
    help: "Seconds from a request to the end of its answer.",
    labelNames: ["route"],
    buckets: SECONDS,
    registers,
  });
  subscribe(answers.name, (message) => {
    const { method, path, status, ms } = message as Answered;
    const route = routeOf(path);
    requests.inc({ method: METHODS.includes(method) ? method : "other", route, status });
    times.observe({ route }, ms / SECOND_MS);
  });
}

function measureWork({ Counter, Gauge, Histogram }: Prometheus, registers: InstanceType<Prometheus["Registry"]>[]): void {
  const commits = new Histogram({
    name: "latchkey_commit_seconds",
    help: "Seconds until a change was on the disk, with its waiting and retries.",
    buckets: SECONDS,
    registers,
  });
  subscribe(commitTimes.name, (ms) => commits.observe(Number(ms) / SECOND_MS));
  const limits = new Counter({ name: "latchkey_limits_hit_total", help: "Refusals by a limit.", labelNames: ["limit"], registers });
  subscribe(limitsHit.name, (limit) => limits.inc({ limit: String(limit) }));
  for (const state of ["running", "waiting"] as const) {
    const help = `Passwords that are ${state === "running" ? "being hashed" : "waiting to be hashed"}.`;
    new Gauge({
      name: `latchkey_hashing_${state}`,
      help,
      registers,
      collect() {
        this.set(hashingLoad()[state]);
      },
    });
  }
}

/** What is in the database, which all processes share. */
function measureAmounts({ Gauge }: Prometheus, registers: InstanceType<Prometheus["Registry"]>[]): void {
  const gauge = (name: string, help: string, value: () => Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await value());
      },
    });
  gauge("latchkey_sessions_live", "Live sessions, counted at most once a minute.", remembered(countLiveSessions, SESSIONS_REMEMBERED_MS));
  gauge("latchkey_emails_waiting", "Mails that wait to be sent.", remembered(countEmailsWaiting, EMAILS_REMEMBERED_MS));
  const { backups } = config();
  if (backups)
    gauge(
      "latchkey_backup_made_seconds",
      "When the last backup was made, in seconds since 1970; 0 if none was.",
      async () => (readBackupRecord(backups.databaseFile).made?.at ?? 0) / SECOND_MS,
    );
  new Gauge({ name: "latchkey_info", help: "The version.", labelNames: ["version"], registers }).set({ version: about.version }, 1);
}

/** The value of `count`, which is called again when the last one is older than `forMs`. NaN while it fails. */
function remembered(count: () => Promise<number>, forMs: number): () => Promise<number> {
  let last: { at: number; value: Promise<number> } | undefined;
  return () => {
    if (!last || performance.now() - last.at > forMs) {
      const value = count().catch((error) => {
        log().warn({ err: error }, "a figure for /metrics could not be counted");
        return Number.NaN;
      });
      last = { at: performance.now(), value };
    }
    return last.value;
  };
}
