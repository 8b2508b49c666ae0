import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const FIRST_PORT = 10_000;
const PORTS_PER_PROCESS = 101;

let tried = 0;

/**
 * A free port of 127.0.0.1, outside the range for outgoing connections, which could take it before the server listens or while
 * it restarts. Each process starts its search at another port, so that no other run of the tests finds the same one.
 */
export async function freePort(): Promise<number> {
  const count = firstOutgoingPort() - FIRST_PORT;
  if (count < PORTS_PER_PROCESS) return listenOnce(0);
  for (;;) {
    const port = await listenOnce(FIRST_PORT + ((process.pid * PORTS_PER_PROCESS + tried++) % count)).catch(() => null);
    if (port) return port;
  }
}

/** The port, after listening on it for a moment. Rejects if it is in use. */
async function listenOnce(wanted: number): Promise<number> {
  const probe = createServer().listen(wanted, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

/** Of the range that Linux gives to outgoing connections; 0 elsewhere. */
function firstOutgoingPort(): number {
  if (process.platform !== "linux") return 0;
  return Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]);
}
