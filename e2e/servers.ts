import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bareEnvironment } from "./bare-environment.ts";
import { ensurePrograms } from "./browser.ts";
import { freePort } from "./free-port.ts";
import { newDatabase } from "./postgres.ts";

const ROOT = join(import.meta.dirname, "..");
const RUNTIME = ["--import", "./db/runtime.js"];
const BROWSER_ADDRESS = "127.0.0.1";
const START_MS = 60_000;
const ANSWER_MS = 2_000;
const STOP_MS = 12_000;

const HOSTS = ["front-door", "next"] as const;
export type Host = (typeof HOSTS)[number];

const COMMANDS: Record<Host, (port: number) => string[]> = {
  "front-door": () => ["--import", "./db/runtime.js", "server.ts"],
  next: (port) => ["node_modules/next/dist/bin/next", "start", "--hostname", "127.0.0.1", "--port", String(port)],
};

export type Running = { url: string; folder: string; process: ChildProcess; databaseUrl?: string };

/** Where the server of a host listens, and the temporary folder with its data and log. For tests. */
export function server(host: Host): { url: string; dataDir: string; logFile: string; databaseUrl?: string } {
  const [url, folder, databaseUrl] = process.env[variable(host)]?.split(" ") ?? [];
  if (!url || !folder) throw new Error(`The server of the host “${host}” is not running.`);
  return { url, dataDir: join(folder, "data"), logFile: join(folder, "log"), databaseUrl };
}

/** Playwright's global setup: builds if something changed, starts both hosts, and returns what stops them. */
export default async function startServers(): Promise<(() => Promise<void>) | undefined> {
  const hosts = neededHosts();
  if (hosts.length === 0) return;
  if (process.platform !== "linux") {
    process.stderr.write("Not run: the tests of the running service. They need Linux, where each client can have an address of its own.\n");
    return;
  }
  const notRun = ensurePrograms();
  const sayNotRun = () => notRun.forEach((sentence) => void process.stderr.write(`${sentence}\n`));
  sayNotRun();
  build();
  const running: Running[] = [];
  const stopAll = async () => {
    await Promise.all(running.map(stop));
    sayNotRun();
  };
  try {
    for (const host of hosts) {
      const started = await start(host, newFolder(host), host === "next" ? await newDatabase() : undefined);
      running.push(started);
      process.env[variable(host)] = `${started.url} ${started.folder} ${started.databaseUrl ?? ""}`.trim();
    }
  } catch (error) {
    await stopAll();
    throw error;
  }
  return stopAll;
}

/** The hosts that the chosen projects ask: the rules read files only, and “api-next” alone asks plain Next.js. */
function neededHosts(): Host[] {
  const chosen = process.argv.flatMap((word, at, words) =>
    word.startsWith("--project=") ? [word.slice("--project=".length)] : word === "--project" ? [words[at + 1] ?? ""] : [],
  );
  const asks = (host: Host) => (project: string) => project !== "rules" && (project === "api-next") === (host === "next");
  return HOSTS.filter((host) => chosen.length === 0 || chosen.some(asks(host)));
}

/** Builds the pages if something changed, and the TypeScript client. */
export function build(): void {
  run("The pages", [...RUNTIME, "http/front-door/build.ts"]);
  run("The TypeScript client", ["node_modules/typescript/bin/tsc", "-b", "clients/typescript"]);
}

function run(what: string, words: string[]): void {
  const { status } = spawnSync(process.execPath, words, { cwd: ROOT, env: bareEnvironment(), stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`${what} could not be built.`);
}

/** A temporary folder for the data and the log of a server. */
export const newFolder = (name: string): string => mkdtempSync(join(tmpdir(), `latchkey-${name}-`));

/** Starts a host on a folder, which is removed when it stops; its address has this name in it. */
export async function start(
  host: Host,
  folder = newFolder(host),
  databaseUrl?: string,
  settings: Record<string, string> = {},
  name = "127.0.0.1",
): Promise<Running> {
  const port = await freePort();
  const logFile = join(folder, "log");
  const log = openSync(logFile, "a");
  const child = spawn(process.execPath, COMMANDS[host](port), {
    cwd: ROOT,
    env: {
      ...bareEnvironment(),
      HOST: "127.0.0.1",
      PORT: String(port),
      PUBLIC_URL: `http://${name}:${port}`,
      DATA_DIR: join(folder, "data"),
      ...(databaseUrl && { DATABASE_URL: databaseUrl }),
      LOG_LEVEL: "debug",
      TRUSTED_PROXIES: BROWSER_ADDRESS, // a browser cannot choose its address; so may each page test speak for another one
      ...settings,
    },
    stdio: ["ignore", log, log],
  });
  const running = { url: `http://${name}:${port}`, folder, process: child, databaseUrl };
  const giveUpAt = Date.now() + START_MS;
  while (!(await answers(running.url))) {
    if (child.exitCode !== null || Date.now() > giveUpAt) {
      const said = readFileSync(logFile, "utf8").slice(0, 4_000);
      await stop(running);
      throw new Error(`The host “${host}” did not start:\n${said}`);
    }
    await sleep(100);
  }
  return running;
}

/** Stops it, and removes its folder. */
export async function stop({ process: child, folder }: Running): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    if ((await Promise.race([gone, sleep(STOP_MS)])) === undefined) child.kill("SIGKILL");
  }
  rmSync(folder, { recursive: true, force: true });
}

const answers = (url: string) =>
  fetch(`${url}/health`, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
    ({ ok }) => ok,
    () => false,
  );

const variable = (host: Host) => `E2E_${host.replace("-", "_").toUpperCase()}`;
