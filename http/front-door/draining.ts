import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import { Server, type Socket } from "node:net";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { processWide } from "#db/process-wide.ts";

const DRAIN_MS = 8_000;
const IDLE_MS = 1_000; // a client that has not asked again for so long is not about to
const SWEEP_MS = 50;
const QUIET_MS = 50;
const BRIEF_MS = 1;
const MAX_QUIET_MS = 500;

const state = processWide("draining", () => ({ since: 0 }));

/** From now on the service says that it is not ready, so that a load balancer sends nothing new. */
export function startDraining(): void {
  state.since = performance.now();
}

export const draining = (): boolean => state.since > 0;

export const drainingForMs = (): number => performance.now() - state.since;

/** Since when a connection has had nothing to do, and how much it had sent by then. */
type Idle = { since: number; bytesRead: number };

/** The connections of a server. */
export class Connections {
  readonly #server: HttpServer;
  readonly #all = new Map<Socket, Idle | "busy">();
  #latestAt = 0;
  /** What is to be answered once the door is closed. */
  #held: (() => void)[] | null = null;

  constructor(server: HttpServer) {
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      this.#latestAt = performance.now();
      this.#all.set(socket, { since: this.#latestAt, bytesRead: 0 });
      socket.once("close", () => this.#all.delete(socket));
    });
  }

  /** Notes that a connection has a request under way, and has it answered, at once or when the door is closed. */
  take({ socket }: IncomingMessage, response: ServerResponse, answer: () => void): void {
    this.#all.set(socket, "busy");
    response.once("close", () => {
      if (!socket.destroyed) this.#all.set(socket, { since: performance.now(), bytesRead: socket.bytesRead });
    });
    if (this.#held) this.#held.push(answer);
    else answer();
  }

  /**
   * Takes nobody new and answers everything that was taken, each with `Connection: close`; what is not answered after 8
   * seconds is left. A connection on which nothing is asked for a second is closed without an answer.
   */
  async drain(): Promise<void> {
    await this.#closeDoor();
    const giveUpAt = performance.now() + DRAIN_MS;
    while (this.#all.size > 0 && performance.now() < giveUpAt) {
      await sleep(SWEEP_MS);
      await turn(); // behind whatever has arrived meanwhile
      this.#closeIdle();
    }
  }

  /**
   * Whoever waits in the kernel's queue when the door is closed is cut off. So nothing is answered for a moment: clients that
   * wait for an answer open no connection, the queue runs empty, and then the door is closed; not by http's own `close`,
   * which cuts off every client that is just asking again.
   */
  async #closeDoor(): Promise<void> {
    const held: (() => void)[] = [];
    this.#held = held;
    this.#latestAt = performance.now();
    const giveUpAt = this.#latestAt + MAX_QUIET_MS;
    for (let now = this.#latestAt, turnedAt = now; now < giveUpAt; now = performance.now()) {
      if (now - this.#latestAt > QUIET_MS && now - turnedAt < BRIEF_MS) break; // nobody came, and that was looked at just now
      turnedAt = now;
      await turn();
    }
    Server.prototype.close.call(this.#server);
    this.#held = null;
    for (const answer of held) answer();
  }

  #closeIdle(): void {
    for (const [socket, state] of this.#all) {
      if (state === "busy" || socket.bytesRead > state.bytesRead) continue; // a request is arriving
      if (Math.min(performance.now() - state.since, drainingForMs()) > IDLE_MS) socket.destroy();
    }
  }
}
