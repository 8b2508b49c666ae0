import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What a relay does with requests to a path that begins like this. */
type Fault = {
  path: string;
  /** Breaks them off, also those under way. */
  cut?: boolean;
  /** Never answers, also those under way. */
  silent?: boolean;
  /** Holds back each answer until this is fulfilled. */
  until?: Promise<void>;
};

/** Stands between a client and a server like a network, and can fail like one. */
export class Relay {
  /** The requests that arrived, as “POST /auth/login/”. */
  readonly asked: string[] = [];
  /** How many answers are being held back. */
  held = 0;
  readonly url: string;
  readonly #server: Server;
  #fault: Fault | null = null;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async to(target: string): Promise<Relay> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const relay = new Relay(server);
    server.on("request", async (incoming, outgoing) => {
      const path = incoming.url ?? "";
      relay.asked.push(`${incoming.method} ${path}`);
      const fault = relay.#faultFor(path);
      if (fault?.cut) return incoming.socket.destroy();
      if (fault?.silent) return;
      const { hostname, port } = new URL(target);
      const onward = request({ hostname, port, path, method: incoming.method, headers: incoming.headers, agent: false });
      outgoing.on("close", () => onward.destroy());
      onward.on("error", () => incoming.socket.destroy());
      onward.on("response", async (answer) => {
        relay.held++;
        await fault?.until;
        relay.held--;
        if (relay.#faultFor(path)?.silent) return;
        outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    });
    return relay;
  }

  #faultFor(path: string): Fault | null {
    return this.#fault && path.startsWith(this.#fault.path) ? this.#fault : null;
  }

  /** From now on it fails like this; null mends it. */
  fail(fault: Fault | null): void {
    this.#fault = fault;
    if (fault?.cut) this.#server.closeAllConnections();
  }

  /** How many requests to this path arrived so far. */
  count(path: string): number {
    return this.asked.filter((asked) => asked.split(" ")[1]?.startsWith(path)).length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
