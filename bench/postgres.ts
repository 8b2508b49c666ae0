import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import postgres from "postgres";
import { newToken } from "#accounts/sessions/tokens.ts";
import { startServer as startPostgres } from "#db/postgres/test-server.ts";
import { quantile } from "./load.ts";
import { type Line, pairedLine, progress } from "./measuring.ts";
import { bareEnvironment, ROOT, type Server, serviceCommand } from "./processes.ts";
import { type Seed, seedDatabase } from "./seed.ts";
import { untilStarted } from "./several.ts";
import { hashing, interleave, logIn, rateLine, rates, take, tokenCheck, update } from "./workloads.ts";

const ROUNDS = 5;
const SESSIONS = 1_000;
const MANY = 10_000_000;
const ASKED = 5_000;
const WHOLE = { whole: { to: 20, from: [20], parse: Number, serialize: String } };

/** Starts a program and waits for its first answer at a path. */
export type Add = (name: string, command: string[], path: string, environment?: Record<string, string>) => Promise<Server>;

/** The service on PostgreSQL beside a bare server with the same driver, and two processes of it beside one. */
export async function measurePostgres(folder: string, add: Add): Promise<Line[]> {
  const { url, stop } = await startPostgres({ durable: true });
  try {
    const seed = await seedDatabase(join(folder, "seed", "latchkey.db"), SESSIONS);
    move(seed, url);
    const settings = { DATABASE_URL: url, RATE_LIMITS: "off" };
    const service = await add("Latchkey", serviceCommand(), "/health", settings);
    const two = await add("two processes", serviceCommand(), "/health", { ...settings, PROCESSES: "2" });
    await untilStarted(two, 2);
    const bare = await add("bare server", ["bench/floors/bare-postgres.ts", "<port>", url], "/");
    return [
      ...(await measureChecks(seed, service, two, bare)),
      ...(await measureLogIns(service)),
      ...(await measureUpdates(seed, service, two)),
      ...(process.argv.includes("--scale") ? [await measureGrowth(url)] : []),
    ];
  } finally {
    await stop();
  }
}

/** By the command that operators use. */
function move({ file }: Seed, url: string): void {
  const env = { ...bareEnvironment(), NODE_ENV: "production" as const, DATA_DIR: dirname(file) };
  const { status, stderr } = spawnSync(process.execPath, ["cli/accounts.js", "move", "--to", url], { cwd: ROOT, env, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

async function measureChecks(seed: Seed, service: Server, two: Server, bare: Server): Promise<Line[]> {
  const runs = [service, two, bare].map((server) => () => take(server, tokenCheck(seed), 2));
  await interleave("token check, warming up", 2, runs);
  const [own, both, floor] = await interleave("token check", ROUNDS, runs);
  return [
    rateLine("token check on PostgreSQL (32 connections)", own, floor, 0.8),
    rateLine("token check, two processes, floor: one", both, own, 1),
  ];
}

async function measureLogIns(service: Server): Promise<Line[]> {
  const argon2id = fork(join(import.meta.dirname, "floors/raw-argon2id.ts"), { env: bareEnvironment() });
  await once(argon2id, "message");
  const lines = await hashing("log-in on PostgreSQL", service, argon2id, logIn(), "verify", ROUNDS);
  argon2id.kill();
  return lines;
}

async function measureUpdates(seed: Seed, service: Server, two: Server): Promise<Line[]> {
  const runs = [service, two].map((server) => () => take(server, update(seed), 2));
  await interleave("update, warming up", 1, runs);
  const [own, both] = await interleave("update", ROUNDS, runs);
  return [pairedLine("update (durable), two processes, floor: one", "/s", rates(both), rates(own), { atLeast: 0.8 })];
}

/** The token check's query with a thousand and with ten million sessions: the median over many tokens. */
async function measureGrowth(url: string): Promise<Line> {
  const sql = postgres(url, { max: 1, types: WHOLE, fetch_types: false });
  const statement = "select * from sessions s join users u on u.id = s.user_id where s.id = $1";
  const medians = async (ids: number[]) => {
    const times: number[] = [];
    for (const id of [...ids, ...ids]) {
      const askedAt = performance.now();
      const rows = await sql.unsafe(statement, [id], { prepare: true });
      if (rows.length !== 1) throw new Error("A session is missing.");
      times.push((performance.now() - askedAt) * 1_000);
    }
    const warm = times.slice(ids.length).toSorted((a, b) => a - b);
    return quantile(warm, 0.5);
  };
  const few = (await sql`select id from sessions limit 1000`).map(({ id }) => id as number);
  const floor = [await medians(few), await medians(few), await medians(few)];
  progress(`${MANY.toLocaleString("en")} sessions`);
  const { hash } = newToken("token");
  await sql.unsafe("set synchronous_commit = off");
  await sql.unsafe(
    `insert into sessions (id, user_id, token_hash, device, ip, idle_seconds, created_at, last_used_at, expires_at, ends_at_latest)
      select i * 14000000::bigint, 1 + i % 900, $1, 'API client', '127.0.0.1', 1209600, i, i, i + 9e12, i + 9e12
      from generate_series(1, ${MANY}) i on conflict do nothing`,
    [hash],
  );
  await sql.unsafe("analyze sessions");
  const many = Array.from({ length: ASKED }, () => (1 + Math.floor(Math.random() * MANY)) * 14_000_000);
  const taken = [await medians(many), await medians(many), await medians(many)];
  await sql.end();
  return pairedLine(`token check's query, ${MANY.toLocaleString("en")} sessions, floor: 1,000`, "µs", taken, floor, { atMost: 3 });
}
