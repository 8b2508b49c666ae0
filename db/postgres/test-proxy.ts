import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/* A network between a client and a server that tests can break. The product never imports this file. */

export type TestProxy = {
  port: number;
  /** Delays each answer, in milliseconds. */
  delayMs: number;
  /** Whether everything that arrives is lost, although connections stay open and new ones are accepted. */
  isSilent: boolean;
  /** Closes a connection, once, before it passes on what matches. */
  cutAtRequest: RegExp | null;
  cutAtAnswer: RegExp | null;
  /** The number of open connections. */
  connections(): number;
  close(): void;
};

/** A proxy on a free port of 127.0.0.1. */
export async function startProxy(target: number): Promise<TestProxy> {
  const pairs = new Set<[Socket, Socket]>();
  const server = createServer((client) => {
    const pair: [Socket, Socket] = [client, connect(target, "127.0.0.1")];
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.on("error", end).on("close", end);
    pass(pair, "cutAtRequest", end);
    pass([pair[1], client], "cutAtAnswer", end);
  }).listen(0, "127.0.0.1");
  server.unref();
  await once(server, "listening");
  const proxy: TestProxy = {
    port: (server.address() as { port: number }).port,
    delayMs: 0,
    isSilent: false,
    cutAtRequest: null,
    cutAtAnswer: null,
    connections: () => pairs.size,
    close() {
      server.close();
      for (const socket of [...pairs].flat()) socket.destroy();
    },
  };
  return proxy;

  function pass([from, to]: [Socket, Socket], cut: "cutAtRequest" | "cutAtAnswer", end: () => void): void {
    let before: Promise<unknown> = Promise.resolve();
    let isDead = false; // what was lost once is missing for good
    from.on("data", (bytes) => {
      isDead ||= proxy.isSilent;
      if (isDead) return;
      if (proxy[cut]?.test(bytes.toString("latin1"))) {
        proxy[cut] = null;
        return end();
      }
      if (cut === "cutAtRequest" || proxy.delayMs === 0) return void before.then(() => to.write(bytes));
      const due = sleep(proxy.delayMs, undefined, { ref: false });
      before = before.then(() => due);
      void before.then(() => to.write(bytes));
    });
  }
}
