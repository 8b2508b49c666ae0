import { statfsSync } from "node:fs";
import { join } from "node:path";
import { findSession } from "#accounts/sessions/sessions.ts";
import { newToken } from "#accounts/sessions/tokens.ts";
import { closeDatabase } from "#db/engine.ts";
import { connection, openSqlite } from "#db/sqlite/engine.ts";
import { quantile } from "./load.ts";
import { type Line, pairedLine, progress } from "./measuring.ts";
import { seedDatabase } from "./seed.ts";

const FEW = 1_000;
const MANY = 10_000_000;
const KEY_STEP = 2 ** 47 / MANY;
const BATCH = 200_000;
const BYTES_A_SESSION = 300; // with both indexes, generously
const ASKED_EVERY = 500; // 20,000 tokens, spread over more pages than the database keeps in memory
const ROUNDS = 15;
const MAX_FILL_MS = 15 * 60_000;

/** The token check's query with a thousand and with ten million sessions: the median over many tokens. */
export async function measureGrowth(folder: string): Promise<Line[]> {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < MANY * BYTES_A_SESSION)
    throw new Error("There is too little room for ten million sessions in the temporary folder.");
  const small = await seedDatabase(join(folder, "small.db"), FEW);
  const large = await seedDatabase(join(folder, "large.db"), FEW);
  openSqlite(large.file);
  const { count, tokens } = fill(large.userIds.length);
  await closeDatabase();
  const times: { small: number[]; large: number[] } = { small: [], large: [] };
  for (let round = 0; round < ROUNDS; round++) {
    progress(`asking, round ${round + 1} of ${ROUNDS}`);
    times.small.push(await medianCheck(small.file, small.tokens));
    times.large.push(await medianCheck(large.file, tokens));
  }
  const name = `token check's query, ${count.toLocaleString("en")} sessions, floor: ${FEW.toLocaleString("en")}`;
  return [pairedLine(name, "µs", times.large, times.small, { atMost: 3 })];
}

/** Adds sessions until there are MANY, or the time is up; returns how many there are, and the tokens of some. */
function fill(users: number): { count: number; tokens: string[] } {
  const client = connection();
  client.pragma("synchronous = OFF");
  client.pragma("cache_size = -400000");
  const insert = client.prepare(
    "insert or ignore into sessions (id, user_id, token_hash, device, ip, idle_seconds, created_at, last_used_at, expires_at, ends_at_latest) values (?, ?, ?, 'API client', '127.0.0.1', 1209600, ?, ?, ?, ?)",
  );
  const giveUpAt = performance.now() + MAX_FILL_MS;
  const startedAt = Date.now() - MANY;
  const tokens: string[] = [];
  let one = newToken("token");
  let count = FEW;
  while (count < MANY && performance.now() < giveUpAt) {
    progress(`${count.toLocaleString("en")} sessions`);
    client.transaction(() => {
      for (const end = Math.min(MANY, count + BATCH); count < end; count++) {
        const at = startedAt + count;
        const id = Math.floor((count + Math.random()) * KEY_STEP); // in ascending order, which fills the table in minutes instead of hours
        if (count % ASKED_EVERY === 0) {
          one = newToken("token", id);
          tokens.push(one.token);
        }
        insert.run(id, 1 + (count % users), one.hash, at, at, at + 2e9, at + 3e9);
      }
    })();
  }
  return { count, tokens };
}

async function medianCheck(file: string, tokens: string[]): Promise<number> {
  openSqlite(file);
  const ask = async (token: string) => {
    const askedAt = performance.now();
    if (!(await findSession(token))) throw new Error("A session is missing.");
    return (performance.now() - askedAt) * 1_000;
  };
  for (const token of tokens) await ask(token); // warms the caches, as in a busy service
  const times: number[] = [];
  for (const token of tokens) times.push(await ask(token));
  await closeDatabase();
  return quantile(
    times.toSorted((a, b) => a - b),
    0.5,
  );
}
