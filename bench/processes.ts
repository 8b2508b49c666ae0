import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../e2e/free-port.ts";

export const ROOT = join(import.meta.dirname, "..");
const START_MS = 30_000;
const STOP_MS = 10_000;
const POLL_MS = 10;

export type Server = { name: string; port: number; pid: number; child: ChildProcess };

/** The service's own start script, so that its flags are measured too. */
export function serviceCommand(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return scripts.start
    .replace(/\$\(.*?\)/g, "")
    .split(/\s+/)
    .filter((word: string) => word !== "exec" && word !== "node" && !word.startsWith("--env-file"));
}

/** Starts Latchkey or a floor and waits for its first answer at `path`. Its output goes to `logFile`. */
export async function startServer(
  name: string,
  command: string[],
  path: string,
  environment: Record<string, string>,
  logFile: string,
): Promise<Server> {
  const port = await freePort();
  const log = openSync(logFile, "a");
  const child = spawn(
    process.execPath,
    command.map((word) => word.replace("<port>", String(port))),
    {
      cwd: ROOT,
      env: { ...bareEnvironment(), NODE_ENV: "production", HOST: "127.0.0.1", PORT: String(port), ...environment },
      stdio: ["ignore", log, log],
    },
  );
  closeSync(log);
  const server = { name, port, pid: child.pid as number, child };
  const giveUpAt = performance.now() + START_MS;
  while (!(await answers(port, path))) {
    if (child.exitCode !== null || performance.now() > giveUpAt)
      throw new Error(`${name} did not start:\n${readFileSync(logFile, "utf8").slice(-2_000)}`);
    await sleep(POLL_MS);
  }
  return server;
}

/** Stops a server with SIGTERM, and after a while with SIGKILL. */
export async function stopServer({ child }: Pick<Server, "child">): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const patience = new AbortController();
  await Promise.race([
    gone,
    sleep(STOP_MS, undefined, patience).then(
      () => child.kill("SIGKILL"),
      () => {},
    ),
  ]);
  patience.abort();
}

/** Whether an address answers with success. */
export function answers(port: number, path: string): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2_000) }).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.status < 500;
    },
    () => false,
  );
}

/**
 * The CPU time that the threads of a process and of those it has started have used, in milliseconds; /proc/<pid>/stat counts in
 * hundredths of a second only.
 */
export function cpuMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ")[0]));
  const own = nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
  return startedBy(pid).reduce((sum, child) => sum + cpuMs(child), own);
}

/** The processes that a process has started. */
export function startedBy(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
  return children.split(" ").filter(Boolean).map(Number);
}

/** The memory of a process now and at its peak, in MB of 2^20 bytes. */
export function memoryMb(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) / 1_024;
  return { now: read("VmRSS"), most: read("VmHWM") };
}

/** Only what a program needs to run, so that no setting of the caller reaches the servers. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, NEXT_TELEMETRY_DISABLED: "1" } as unknown as NodeJS.ProcessEnv;
}
