import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../free-port.ts";
import { Client, newName } from "./client.ts";
import { newFolder, ROOT, spawnChild, startServer } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

const PATIENCE_MS = 30_000;

/** The recipe of docs/operations.md with another port. */
function recipe(port: number): string {
  const [, block = ""] = readFileSync(join(ROOT, "docs/operations.md"), "utf8").match(/```yaml\n(scrape_configs:[^`]*)```/) ?? [];
  return `global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\n${block.replace("127.0.0.1:9464", `127.0.0.1:${port}`)}`;
}

/** Starts a Prometheus that reads `port`; what it says to a query: one number, or null. */
async function startPrometheus(torture: Torture, port: number): Promise<(query: string) => Promise<number | null>> {
  const [folder, ownPort] = [newFolder(), await freePort()];
  writeFileSync(join(folder, "prometheus.yml"), recipe(port));
  const own = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${ownPort}`];
  const prometheus = spawnChild("prometheus", own, { stdio: "ignore", cwd: folder });
  torture.finally(async () => {
    prometheus.kill("SIGTERM");
    if (prometheus.exitCode === null) await once(prometheus, "exit");
  });
  return async (query) => {
    const answer = await fetch(`http://127.0.0.1:${ownPort}/api/v1/query?${new URLSearchParams({ query })}`).catch(() => null);
    if (!answer?.ok) return null;
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return data.result[0] ? Number(data.result[0].value[1]) : null;
  };
}

async function readByPrometheus(torture: Torture): Promise<void> {
  const port = await freePort();
  const server = await startServer({ settings: { METRICS_PORT: String(port), PROCESSES: "2" } });
  const query = await startPrometheus(torture, port);
  const becomes = async (what: string, wanted: (value: number) => boolean) => {
    const giveUpAt = performance.now() + PATIENCE_MS;
    let value = await query(what);
    while (!(value !== null && wanted(value)) && performance.now() < giveUpAt) {
      await sleep(100);
      value = await query(what);
    }
    torture.check(value !== null && wanted(value), `${what} is ${value}`);
  };
  const client = new Client(server.url);
  await client.newToken(newName());
  await becomes("up", (value) => value === 1);
  await becomes('sum(latchkey_requests_total{route="/auth/login",status="200"})', (value) => value === 1);
  await becomes("sum(latchkey_commit_seconds_count)", (value) => value >= 2);
  await becomes("count(count by (process) (nodejs_eventloop_lag_seconds))", (value) => value === 2);
  server.child.kill("SIGHUP");
  await becomes("sum(resets(process_cpu_seconds_total[1m]))", (value) => value === 2);
  await becomes("min_over_time(up[1m])", (value) => value === 1);
  await server.end();
}

export const prometheusScenarios: Scenario[] = [
  { id: "prometheus", title: "Prometheus reads the figures of all processes", needs: ["prometheus"], short: true, run: readByPrometheus },
];
