import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { bareEnvironment } from "../bare-environment.ts";
import { freePort } from "../free-port.ts";
import { OLD_NODE, OWN_MOUNTS, UNPRIVILEGED } from "./needs.ts";
import { newFolder, ROOT, SERVER, spawnChild } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

type Refused = { code: number | null; signal: string | null; said: string; ms: number };

/** Starts a server that is not expected to run, and says how it ended. */
export async function startRefused(
  settings: Record<string, string>,
  { node = process.execPath, through = [] }: { node?: string; through?: string[] } = {},
): Promise<Refused> {
  const startedAt = performance.now();
  const port = settings.PORT ?? String(await freePort());
  const [command = node, ...args] = [...through, node, ...SERVER];
  const child = spawnChild(command, args, {
    cwd: ROOT,
    env: bareEnvironment({ PORT: port, ...settings }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout?.on("data", (bytes) => (said += bytes));
  child.stderr?.on("data", (bytes) => (said += bytes));
  const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const [code, signal] = await once(child, "close");
  clearTimeout(timer);
  return { code, signal, said, ms: performance.now() - startedAt };
}

const MAX_START_MS = 2_000;

function judge(torture: Torture, what: string, { code, signal, said, ms }: Refused, lines: (string | RegExp)[]): void {
  torture.check(code === 1, `${what}: exit code ${code} ${signal ?? ""}`);
  for (const line of lines)
    torture.check(typeof line === "string" ? said.includes(line) : line.test(said), `${what}: says “${said.slice(0, 300)}”`);
  torture.check(!/\n\s+at /.test(said), `${what}: says a stack trace`);
  torture.check(said.trim().split("\n").length <= lines.length + 2, `${what}: says ${said.trim().split("\n").length} lines`);
  torture.within(what, ms, MAX_START_MS);
}

async function wrongEnvironment(torture: Torture): Promise<void> {
  const folder = newFolder();
  const data = join(folder, "data");
  const nothingMade = (what: string) => torture.check(!existsSync(data), `${what}: left ${existsSync(data) && readdirSync(data)}`);
  const wrong = {
    PORT: "eighty",
    PUBLIC_URL: "accounts.example.org/path",
    RATE_LIMITS: "maybe",
    SESSION_IDLE_DAYS: "0",
    LOG_LEVEL: "loud",
  };
  judge(torture, "malformed settings", await startRefused({ ...wrong, DATA_DIR: data }), Object.keys(wrong));
  nothingMade("malformed settings");
  const busy = createServer().listen(0, "127.0.0.1");
  await once(busy, "listening");
  const { port } = busy.address() as { port: number };
  const inUse = await startRefused({ PORT: String(port), DATA_DIR: data });
  busy.close();
  judge(torture, "port in use", inUse, [`port ${port}`, "PORT"]);
  const file = join(folder, "file");
  writeFileSync(file, "");
  judge(torture, "DATA_DIR below a file", await startRefused({ DATA_DIR: join(file, "data") }), ["DATA_DIR"]);
  judge(torture, "a folder that cannot be", await startRefused({ DATA_DIR: "/proc/latchkey/data" }), ["DATA_DIR"]);
  const notOurs = join(folder, "not-a-database");
  mkdirSync(notOurs);
  writeFileSync(join(notOurs, "latchkey.db"), "this is no database, only some text that is long enough".repeat(30));
  judge(torture, "a file that is no database", await startRefused({ DATA_DIR: notOurs }), ["DATA_DIR"]);
}

async function unwritableFolder(torture: Torture): Promise<void> {
  const locked = newFolder();
  chmodSync(locked, 0o555);
  const refused = await startRefused({ DATA_DIR: join(locked, "data") }, { through: UNPRIVILEGED });
  judge(torture, "unwritable DATA_DIR", refused, ["DATA_DIR"]);
  torture.check(readdirSync(locked).length === 0, "unwritable DATA_DIR: left something");
}

async function oldNode(torture: Torture): Promise<void> {
  const data = join(newFolder(), "data");
  judge(torture, "an older Node", await startRefused({ DATA_DIR: data }, { node: OLD_NODE }), [/Node 2[24]/]);
  torture.check(!existsSync(data), "an older Node left something");
}

/** Libraries that are not JavaScript, hidden from the server alone: nothing is taken from anybody else. */
async function missingLibraries(torture: Torture): Promise<void> {
  const data = join(newFolder(), "data");
  for (const name of ["better-sqlite3", "@node-rs/argon2"]) {
    const through = [...OWN_MOUNTS, "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', join(ROOT, "node_modules", name)];
    judge(torture, `without ${name}`, await startRefused({ DATA_DIR: data }, { through }), [name, "npm ci"]);
    torture.check(!existsSync(data), `without ${name}: left something`);
  }
}

/** NODE_ENV says nothing: a server is in production whatever it says. */
async function withoutNodeEnv(torture: Torture): Promise<void> {
  for (const value of ["", "development", "test"]) {
    const server = await torture.start({ settings: { NODE_ENV: value } });
    const page = await fetch(`${server.url}/login/`);
    const text = await page.text();
    torture.check(
      page.status === 200 && !/__nextjs|react-refresh|turbopack-hmr/.test(text),
      `NODE_ENV=${value}: ${page.status}, or a development page`,
    );
    torture.check(!/unsafe-eval/.test(page.headers.get("content-security-policy") ?? ""), `NODE_ENV=${value}: unsafe-eval`);
  }
}

export const wrongEnvironments: Scenario[] = [
  { id: "wrong-settings", title: "Wrong environment", short: true, run: wrongEnvironment },
  {
    id: "unwritable-folder",
    title: "A data folder that cannot be written",
    needs: ["the right to give up privileges"],
    short: true,
    run: unwritableFolder,
  },
  { id: "old-node", title: "An older Node", needs: ["Node below 22"], short: true, run: oldNode },
  { id: "missing-libraries", title: "Missing libraries", needs: ["the right to mount in a namespace"], short: true, run: missingLibraries },
  { id: "node-env", title: "NODE_ENV does not matter", run: withoutNodeEnv },
];
