import { once } from "node:events";
import { createServer } from "node:http";
import { ConfigError, isLoopback } from "#accounts/config.ts";
import { giveUp } from "#http/give-up.ts";
import { log } from "#http/logger.ts";
import type { Measured } from "./measuring.ts";

const HOST = "127.0.0.1"; // figures are for this machine only
const PATH = "/metrics";

/** Answers Prometheus on a port of its own, with what `collect` gives of each process. Ends the process if it can't listen there. */
export async function serveMetrics(port: number, collect: () => Promise<Measured[]>): Promise<void> {
  const server = createServer(async (request, response) => {
    const host = URL.parse(`http://${request.headers.host}`)?.hostname ?? "";
    if (!isLoopback(host)) return void response.writeHead(403).end(); // a page in a browser on this machine, by DNS rebinding
    if (request.url !== PATH || request.method !== "GET") return void response.writeHead(404).end();
    try {
      const { type, text } = await inText(await collect());
      response.writeHead(200, { "content-type": type }).end(text);
    } catch (error) {
      log().error({ err: error }, "the figures for /metrics could not be collected");
      response.writeHead(500).end();
    }
  });
  server.unref();
  server.on("error", ({ code = "" }: NodeJS.ErrnoException) => {
    giveUp(new ConfigError([`METRICS_PORT ${port} can’t be listened on (${code}). Set it to a free port, or leave it out.`]));
  });
  server.listen(port, HOST);
  await once(server, "listening");
}

/** The figures of several processes as one text, in which each metric is named once. */
async function inText(all: Measured[]): Promise<{ type: string; text: string }> {
  const { default: prometheus } = await import("prom-client");
  const merged = prometheus.AggregatorRegistry.aggregate(all);
  return { type: merged.contentType, text: await merged.metrics() };
}
