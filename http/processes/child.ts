import { type ChildProcess, fork, type SendHandle } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Spending } from "#accounts/limits/budgets.ts";
import type { Measured } from "#http/metrics/measuring.ts";
import type { Order, Report } from "./messages.ts";
import { wordOf } from "./number.ts";
import type { ListeningSocket } from "./socket.ts";

const PROJECT = join(import.meta.dirname, "../.."); // by name, so that a new folder in its place is found
const MEASURE_MS = 2_000;

/** A process that serves. `ended` says how it ended, in words; null if it ended in order. */
export type Member = {
  readonly pid: number | undefined;
  readonly ended: Promise<string | null>;
  tell(order: Order): void;
  /** What it has measured; null if it doesn't say so in time. */
  measure(): Promise<Measured | null>;
  kill(): void;
};

/** A started process that serves, or will do so soon. */
export class Child implements Member {
  readonly #process: ChildProcess;
  #asking: ((figures: Measured) => void)[] = [];
  readonly ended: Promise<string | null>;
  /** Its socket, once it serves; null if it ended before. */
  readonly serving: Promise<ListeningSocket | null>;

  /** Starts the process with the code that is on the disk now. Without `socket` it opens one itself. */
  constructor(number: number, { execArgv, env }: { execArgv: string[]; env: NodeJS.ProcessEnv }, socket: ListeningSocket | null) {
    this.#process = fork(join(PROJECT, "server.ts"), [wordOf(number)], { cwd: PROJECT, execArgv, env });
    this.ended = new Promise((resolve) => {
      this.#process.on("error", ({ message }) => resolve(message)); // it could not be started
      this.#process.once("exit", (code, signal) => resolve(signal ?? (code === 0 ? null : `exit code ${code}`)));
    });
    const served = new Promise<ListeningSocket>((resolve) => {
      this.#process.on("message", (report: Report, handle: unknown) => {
        if (report.is === "serving") resolve(handle as ListeningSocket);
        else if (report.is === "measured") for (const tell of this.#asking.splice(0)) tell(report.figures);
      });
    });
    this.serving = Promise.race([served, this.ended.then(() => null)]);
    this.#process.send({ do: "serve" } satisfies Order, socket as SendHandle, () => {});
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  onCount(listener: (spent: Spending[]) => void): void {
    this.#process.on("message", (report: Report) => {
      if (report.is === "counting") listener(report.spent);
    });
  }

  tell(order: Order): void {
    if (this.#process.connected) this.#process.send(order, () => {}); // it may be ending
  }

  measure(): Promise<Measured | null> {
    const figures = new Promise<Measured>((resolve) => void this.#asking.push(resolve));
    this.tell({ do: "measure" });
    return Promise.race([figures, sleep(MEASURE_MS, null, { ref: false })]);
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }
}
