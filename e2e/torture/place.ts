import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { bareEnvironment } from "../bare-environment.ts";
import { freePort } from "../free-port.ts";

/* Servers to be tortured: each a process of its own, in production mode, with a data folder that nobody else has. */

export const ROOT = join(import.meta.dirname, "../..");
export const SERVER = ["--import", "./db/runtime.js", "server.ts"];
const READY_MS = 60_000; // less than what a scenario of the short form may take, so that the log of a start that hangs is shown
const STOP_MS = 15_000;

export type StartOptions = {
  settings?: Record<string, string | undefined>;
  /** Of an earlier server; a new one by default. */
  folder?: string;
  dataDir?: string;
  port?: number;
  /** A program that starts Node, such as strace with its options. */
  through?: string[];
  /** Options for Node. */
  options?: string[];
  /** Do not wait until it answers. */
  unready?: boolean;
};

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

const alive = new Set<ChildProcess>();
const folders = new Set<string>();

process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const MEMORY = "/dev/shm";
const ROOM_BYTES = 512 * 1024 * 1024;

/** A folder that is gone when the run ends; in memory, where other users of a disk would spoil what is measured. */
export function newFolder({ inMemory = false } = {}): string {
  const folder = mkdtempSync(join(inMemory && hasRoomInMemory() ? MEMORY : tmpdir(), "latchkey-torture-"));
  folders.add(folder);
  return folder;
}

/** Containers often have 64 MB there, or nothing that may be written. */
function hasRoomInMemory(): boolean {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ROOM_BYTES;
  } catch {
    return false;
  }
}

/** A child that does not outlive the run. */
export function spawnChild(command: string, args: string[], options: Parameters<typeof spawn>[2]): ChildProcess {
  const child = spawn(command, args, options ?? {});
  alive.add(child);
  child.once("exit", () => alive.delete(child));
  return child;
}

export class Server {
  readonly port: number;
  readonly folder: string;
  readonly dataDir: string;
  readonly logFile: string;
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  private readonly through: boolean;
  readyMs = 0;

  constructor({ settings, folder, dataDir, port, through = [], options = [] }: StartOptions & { port: number }) {
    this.port = port;
    this.through = through.length > 0;
    this.folder = folder ?? newFolder();
    this.dataDir = dataDir ?? join(this.folder, "data");
    this.logFile = join(this.folder, "log");
    const log = openSync(this.logFile, "a");
    const [command = process.execPath, ...args] = [...through, process.execPath, ...options, ...SERVER];
    this.child = spawnChild(command, args, {
      cwd: ROOT,
      env: bareEnvironment({ HOST: "127.0.0.1", PORT: String(port), DATA_DIR: this.dataDir, LOG_LEVEL: "info", ...settings }),
      stdio: ["ignore", log, log],
    });
    this.exited = once(this.child, "exit").then(([code, signal]) => ({ code, signal }));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get databaseFile(): string {
    return join(this.dataDir, "latchkey.db");
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The process id of the server where another program started it. */
  private get traced(): number {
    return this.through ? (this.children()[0] ?? 0) : 0;
  }

  /** The processes that this one has started. */
  children(): number[] {
    return readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  }

  log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  async ready(): Promise<this> {
    const startedAt = performance.now();
    while (!(await this.answers())) {
      if (!this.running || performance.now() - startedAt > READY_MS)
        throw new Error(`The server did not start:\n${this.log().slice(-2_000)}`);
      await sleep(20);
    }
    this.readyMs = Math.round(performance.now() - startedAt);
    return this;
  }

  answers(): Promise<boolean> {
    return fetch(`${this.url}/health`, { signal: AbortSignal.timeout(2_000), headers: { connection: "close" } }).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** Ends it and waits for the end. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<Exit> {
    if (this.running && this.traced)
      process.kill(this.traced, signal); // the tracer ends with it, and not the other way round
    else if (this.running) this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill("SIGKILL"), STOP_MS);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  /** What the database holds, read by a connection of our own. */
  rows<Row = Record<string, unknown>>(query: string, ...values: unknown[]): Row[] {
    const database = new Database(this.databaseFile, { readonly: true, timeout: 5_000 });
    try {
      return database.prepare(query).all(...values) as Row[];
    } finally {
      database.close();
    }
  }

  /** As `rows`, where there may be no database yet. */
  rowsOrNone(query: string): unknown[] {
    try {
      return this.rows(query);
    } catch {
      return [];
    }
  }

  /** Writes into the database behind the server's back. */
  change<T>(work: (database: Database.Database) => T): T {
    const database = new Database(this.databaseFile, { timeout: 5_000 });
    try {
      return work(database);
    } finally {
      database.close();
    }
  }

  rssMb(): number {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(this.status())?.[1] ?? 0) / 1024);
  }

  threads(): number {
    return Number(/Threads:\s+(\d+)/.exec(this.status())?.[1] ?? 0);
  }

  descriptors(): number {
    return readdirSync(`/proc/${this.child.pid}/fd`).length;
  }

  private status(): string {
    return readFileSync(`/proc/${this.child.pid}/status`, "utf8");
  }
}

/** Runs a command of the operator's on a server's folder. */
export const accounts = (dataDir: string, ...words: string[]) =>
  spawnSync(process.execPath, ["cli/accounts.js", ...words], { cwd: ROOT, env: bareEnvironment({ DATA_DIR: dataDir }), encoding: "utf8" });

export async function startServer(options: StartOptions = {}): Promise<Server> {
  const server = new Server({ ...options, port: options.port ?? (await freePort()) });
  return options.unready ? server : server.ready();
}
