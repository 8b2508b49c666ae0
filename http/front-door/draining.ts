import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import { Server, type Socket } from "node:net";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { processWide } from "#db/process-wide.ts";

const DRAIN_MS = 8_000;
const IDLE_MS = 1_000; // after so long, a client isn't about to send another request
const REPLACED_DRAIN_MS = 40_000; // longer than a request may take
const REPLACED_IDLE_MS = 6_500; // longer than clients are told that they may use an idle connection
const SWEEP_MS = 50;
const QUIET_MS = 50;
const BRIEF_MS = 1;
const MAX_QUIET_MS = 500;

/** Why a process drains: the service stops, or another process has taken its place. */
export type Reason = "stopping" | "replaced";

const state = processWide("draining", () => ({ since: 0, reason: undefined as Reason | undefined }));

/** Begins to drain. A replaced process may still be stopped. */
export function startDraining(reason: Reason): void {
  state.since ||= performance.now();
  state.reason = reason;
}

/** Whether this process is stopping or was replaced: then every answer closes its connection. */
export const draining = (): boolean => state.reason !== undefined;

/** Whether the service is stopping: then `/health` answers 503, so that load balancers send no new requests. */
export const stopping = (): boolean => state.reason === "stopping";

const drainingForMs = (): number => performance.now() - state.since;

/** Since when a connection has been idle, and how many bytes it had received by then. */
type Idle = { since: number; bytesRead: number };

/** The connections of a server. */
export class Connections {
  readonly #server: HttpServer;
  readonly #all = new Map<Socket, Idle | "busy">();
  #latestAt = 0;
  /** Requests to answer once the server has stopped listening. */
  #held: (() => void)[] | null = null;

  constructor(server: HttpServer) {
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      this.#latestAt = performance.now();
      this.#all.set(socket, { since: this.#latestAt, bytesRead: 0 });
      socket.once("close", () => this.#all.delete(socket));
    });
  }

  /** Notes a request under way on a connection, and runs `answer` now, or once the server has stopped listening. */
  take({ socket }: IncomingMessage, response: ServerResponse, answer: () => void): void {
    this.#all.set(socket, "busy");
    response.once("close", () => {
      if (!socket.destroyed) this.#all.set(socket, { since: performance.now(), bytesRead: socket.bytesRead });
    });
    if (this.#held) this.#held.push(answer);
    else answer();
  }

  /**
   * Stops accepting connections and answers all requests on the open ones, with `Connection: close`, for at most DRAIN_MS. Closes
   * a connection without a request after IDLE_MS. A replaced process is in no hurry, and waits until nobody can be cut off.
   */
  async drain(): Promise<void> {
    if (stopping()) await this.#closeDoor();
    else Server.prototype.close.call(this.#server); // what is in the kernel's queue is for the other processes
    const startedAt = performance.now();
    const giveUpAt = () => startedAt + (stopping() ? DRAIN_MS : REPLACED_DRAIN_MS);
    while (this.#all.size > 0 && performance.now() < giveUpAt()) {
      await sleep(SWEEP_MS);
      await turn(); // after everything that has arrived meanwhile
      this.#closeIdle();
    }
  }

  /**
   * Stops listening without resetting clients. Connections in the kernel's queue would be reset, so answers are held back for a
   * moment: clients that wait for an answer open no new connection, and the queue runs empty. Not http's own `close`, which
   * resets clients that are about to send their next request.
   */
  async #closeDoor(): Promise<void> {
    const held: (() => void)[] = [];
    this.#held = held;
    this.#latestAt = performance.now();
    const giveUpAt = this.#latestAt + MAX_QUIET_MS;
    for (let now = this.#latestAt, turnedAt = now; now < giveUpAt; now = performance.now()) {
      if (now - this.#latestAt > QUIET_MS && now - turnedAt < BRIEF_MS) break; // no connection came, and this was checked just now
      turnedAt = now;
      await turn();
    }
    Server.prototype.close.call(this.#server);
    this.#held = null;
    for (const answer of held) answer();
  }

  #closeIdle(): void {
    const idleMs = stopping() ? IDLE_MS : REPLACED_IDLE_MS;
    for (const [socket, state] of this.#all) {
      if (state === "busy" || socket.bytesRead > state.bytesRead) continue; // a request is arriving
      if (Math.min(performance.now() - state.since, drainingForMs()) > idleMs) socket.destroy();
    }
  }
}
