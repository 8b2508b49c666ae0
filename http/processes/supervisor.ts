import { setTimeout as sleep } from "node:timers/promises";
import { SECOND_MS } from "#accounts/clock.ts";
import { type Config, ConfigError, readConfig } from "#accounts/config.ts";
import { sayThatItRuns } from "#http/banner.ts";
import { log } from "#http/logger.ts";
import type { Measured } from "#http/metrics/measuring.ts";
import { serveMetrics } from "#http/metrics/server.ts";
import { finishOutput, say, shareOutput } from "#http/output.ts";
import { Child, type Member } from "./child.ts";
import type { Environment } from "./environment.ts";
import { onSignals } from "./signals.ts";
import type { ListeningSocket } from "./socket.ts";

const MAX_DEATHS = 5; // of each process, in DEATHS_MS
const DEATHS_MS = 60_000;
const FIRST_PAUSE_MS = 1_000; // before another try to start a process
const MAX_PAUSE_MS = 30_000;
const GAVE_UP = "exit code 1"; // it has said why
const MAX_LEAVE_MS = 60_000; // a process that leaves ends by itself after some 50 s
const MAX_STOP_MS = 16_000; // after DRAIN_DELAY: a process that stops ends by itself after 14 s

/** Supervises several processes from the start on. */
export async function supervise(environment: Environment): Promise<void> {
  const config = readConfig(environment.read());
  const supervisor = new Supervisor(environment, config);
  if (config.metricsPort !== null) await serveMetrics(config.metricsPort, () => supervisor.measure());
  onSignals({
    stop: () => void supervisor.stop(),
    stopNow: () => supervisor.stopNow(),
    replace: () => void supervisor.replaceAll(),
  });
  await supervisor.startAll();
}

/**
 * Keeps the processes that serve alive, replaces and stops them. Holds the socket that they share, so that connections wait
 * when all of them have died.
 */
export class Supervisor {
  readonly #environment: Environment;
  #settings: { config: Config; env: NodeJS.ProcessEnv };
  /** Those that serve, by number. */
  readonly #members = new Map<number, Member>();
  /** Every process that hasn't ended, also one that starts or leaves. */
  readonly #all = new Set<Member>();
  readonly #starting = new Set<number>();
  #socket: ListeningSocket | null = null;
  #socketOfFirst: ListeningSocket | null = null;
  #deaths: number[] = [];
  #isReplacing = false;
  #isAskedAgain = false;
  #isStopping = false;
  #exitCode = 0;

  /** `first` is this process, if it serves and supervises from now on. */
  constructor(environment: Environment, config: Config, first?: Member & { socket: ListeningSocket }) {
    this.#environment = environment;
    this.#settings = { config, env: environment.read() };
    shareOutput();
    if (!first) return;
    this.#socketOfFirst = first.socket;
    this.#keep(1, first);
  }

  /** Starts the first process, which migrates the database, and then the others. */
  async startAll(): Promise<void> {
    this.#isReplacing = true;
    const isStarted = await this.#start(1);
    if (!isStarted) return this.#end();
    await Promise.all(this.#numbers().map((number) => this.#fill(number)));
    if (this.#isStopping) return;
    sayThatItRuns(this.#settings.config);
    this.#isReplacing = false;
    if (this.#isAskedAgain) void this.replaceAll();
  }

  /** Replaces the processes one after the other, with the present code and settings. Each leaves when its successor serves. */
  async replaceAll(): Promise<void> {
    this.#isAskedAgain = true;
    if (this.#isReplacing) return;
    this.#isReplacing = true;
    while (this.#isAskedAgain && !this.#isStopping) {
      this.#isAskedAgain = false;
      await this.#replaceOnce();
    }
    this.#isReplacing = false;
  }

  /** Stops all processes in order, and then this one. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#socket?.close(); // the processes have theirs: the last one to stop closes the door
    for (const member of this.#all) member.tell({ do: "stop" });
    setTimeout(() => this.stopNow(), this.#settings.config.drainDelaySeconds * SECOND_MS + MAX_STOP_MS).unref();
    const ends = await Promise.all([...this.#all].map(({ ended }) => ended));
    if (ends.some((end) => end !== null)) this.#exitCode = 1;
    if (this.#exitCode === 0) say("Stopped.\n");
    await finishOutput();
    process.exit(this.#exitCode);
  }

  /** Ends everything immediately. */
  stopNow(): never {
    for (const member of this.#all) member.kill();
    process.exit(1);
  }

  /** What the processes that serve have measured. */
  async measure(): Promise<Measured[]> {
    const all = await Promise.all([...this.#members.values()].map((member) => member.measure()));
    return all.filter((figures) => figures !== null);
  }

  #numbers(): number[] {
    return Array.from({ length: this.#settings.config.processes }, (_, index) => index + 1);
  }

  async #replaceOnce(): Promise<void> {
    const before = this.#settings;
    const problems = this.#readSettings();
    if (problems) return log().error({ problems }, "these settings are wrong: no process was replaced");
    for (const number of new Set([...this.#numbers(), ...this.#members.keys()])) {
      const isNeeded = number <= this.#settings.config.processes;
      if (!isNeeded) await this.#dismiss(number);
      else if (!(await this.#start(number))) {
        this.#settings = before;
        if (!this.#isStopping) log().error({ process: number }, "a process could not be replaced, see standard error: it goes on");
        break;
      }
      if (this.#isStopping) return;
    }
    for (const number of this.#numbers()) void this.#fill(number);
  }

  /** Reads the settings again; returns what is wrong with them. */
  #readSettings(): string[] | null {
    const { host, port, metricsPort } = this.#settings.config;
    try {
      const env = this.#environment.read();
      const config = readConfig(env);
      if (config.host !== host || config.port !== port || config.metricsPort !== metricsPort) {
        return ["HOST, PORT and METRICS_PORT can only be changed by a restart."];
      }
      this.#settings = { config, env };
      return null;
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  }

  /** Starts a process. Once it serves, the one with its number leaves. Returns whether it serves. */
  async #start(number: number): Promise<boolean> {
    const child = new Child(number, { execArgv: this.#environment.execArgv, env: this.#settings.env }, this.#socket ?? this.#socketOfFirst);
    this.#starting.add(number);
    this.#all.add(child);
    void child.ended.then(() => this.#all.delete(child));
    child.onCount((spent) => {
      for (const other of this.#members.values()) if (other !== child) other.tell({ do: "count", spent });
    });
    const socket = await child.serving;
    this.#starting.delete(number);
    if (!socket) {
      const how = await child.ended;
      if (how !== GAVE_UP && !this.#isStopping) say(`A process has ended with ${how} before it served.\n`);
      return false;
    }
    if (this.#socket || this.#isStopping) socket.close();
    else this.#socket = socket;
    await this.#dismiss(number, child);
    return true;
  }

  /** Lets a process leave and waits for its end, after its successor has taken its number. */
  async #dismiss(number: number, successor?: Child): Promise<void> {
    const member = this.#members.get(number);
    if (successor) this.#keep(number, successor);
    else this.#members.delete(number);
    if (successor && !member) log().info({ process: number, pid: successor.pid }, "a process serves");
    if (!member) return;
    member.tell({ do: "leave" });
    const timer = setTimeout(() => member.kill(), MAX_LEAVE_MS);
    await member.ended;
    clearTimeout(timer);
    if (!successor) log().info({ process: number, pid: member.pid }, "a process has left: fewer are wanted");
    else log().info({ process: number, pid: successor.pid, replaced: member.pid }, "a process was replaced");
  }

  /** Notes a process that serves, and starts another one if it dies. */
  #keep(number: number, member: Member): void {
    this.#members.set(number, member);
    this.#all.add(member);
    void member.ended.then((how) => {
      this.#all.delete(member);
      if (this.#members.get(number) !== member) return; // it was replaced
      this.#members.delete(number);
      if (!this.#isStopping) this.#onDeath(number, member.pid, how);
    });
  }

  #onDeath(number: number, pid: number | undefined, how: string | null): void {
    log().error({ process: number, pid, ended: how ?? "exit code 0" }, "a process has ended unexpectedly, and another one is started");
    const now = performance.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < DEATHS_MS), now];
    if (this.#deaths.length > MAX_DEATHS * this.#settings.config.processes) {
      this.#end(`Latchkey stops: its processes have ended unexpectedly ${this.#deaths.length} times within a minute. The log says how.`);
    } else void this.#fill(number);
  }

  /** Makes sure that a process with this number serves. While others do, it tries again and again. */
  async #fill(number: number): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; this.#lacks(number); pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      if (await this.#start(number)) return;
      if (this.#members.size === 0) return this.#end("Latchkey stops: no process serves, and none can be started.");
      log().error({ process: number }, "a process could not be started, see standard error: trying again later");
      await sleep(pauseMs);
    }
  }

  #lacks(number: number): boolean {
    return !this.#isStopping && number <= this.#settings.config.processes && !this.#members.has(number) && !this.#starting.has(number);
  }

  #end(sentence?: string): void {
    if (this.#isStopping) return;
    if (sentence) say(`${sentence}\n`);
    this.#exitCode = 1;
    void this.stop();
  }
}
