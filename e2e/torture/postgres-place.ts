import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startProxy, type TestProxy } from "#db/postgres/test-proxy.ts";
import { startServer as startPostgres, type TestServer } from "#db/postgres/test-server.ts";
import { type Row, type Stored, stored } from "../database.ts";
import { newDatabase } from "../postgres.ts";
import { newFolder, type Server, startServer } from "./place.ts";
import type { Torture } from "./scenario.ts";

/* Latchkeys on PostgreSQL. */

const SETTINGS = { LIMIT_CHANGES: "99999", LIMIT_EMAIL_REQUESTS: "9999", LIMIT_REGISTRATIONS: "99999" };

/** A PostgreSQL of one's own, that writes to the disk as in production. */
export async function ownPostgres(torture: Torture, settings: string[] = []): Promise<TestServer> {
  const server = await startPostgres({ durable: true, settings });
  torture.finally(() => server.stop());
  return server;
}

/** A proxy in front of it, and the address through it. */
export async function behindProxy(torture: Torture, url: string): Promise<{ proxy: TestProxy; through: string }> {
  const through = new URL(url);
  const proxy = await startProxy(Number(through.port));
  torture.finally(() => proxy.close());
  through.port = String(proxy.port);
  return { proxy, through: through.href };
}

const KEY_FILE = join(newFolder(), "secret.key");

/** So many Latchkeys on the database at an address, or on a new one. */
export async function latchkeys(torture: Torture, count: number, url?: string) {
  const databaseUrl = url ?? (await newDatabase());
  const servers: Server[] = [];
  for (let at = 0; at < count; at++) servers.push(await latchkey(databaseUrl, { publicUrl: servers[0]?.url }));
  torture.finally(() => Promise.all(servers.map((server) => server.end())));
  return { servers, databaseUrl };
}

/** One Latchkey; several share a public address, and the key of secrets, as those on several machines have to. */
export function latchkey(databaseUrl: string, { publicUrl, again }: { publicUrl?: string; again?: Server } = {}): Promise<Server> {
  const settings = { ...SETTINGS, DATABASE_URL: databaseUrl, SECRET_KEY_FILE: KEY_FILE, ...(publicUrl && { PUBLIC_URL: publicUrl }) };
  return startServer({ settings, ...(again && { folder: again.folder, port: again.port }) });
}

/** What is stored at an address, over a connection of one's own for each look. */
export async function rowsAt(databaseUrl: string, query: string, ...values: unknown[]): Promise<Row[]> {
  const database: Stored = stored(databaseUrl);
  try {
    return await database.rows(query, ...values);
  } finally {
    await database.close();
  }
}

/** Ends all processes of a server as a crash of the machine would. */
export async function crash(postgres: TestServer): Promise<void> {
  for (const pid of postgres.pids()) signal(pid, "SIGKILL");
  await postgres.kill();
}

/** Ends a server as its operator does. */
export async function shutDown(postgres: TestServer): Promise<void> {
  const [pid = 0] = postgres.pids();
  signal(pid, "SIGINT");
  while (signal(pid, 0)) await sleep(20);
}

export function signalAll(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids) signal(pid, name);
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Nothing unexpected in the logs, and every server is still the one that was started. */
export function checkUnbroken(torture: Torture, servers: Server[]): void {
  for (const server of servers) {
    torture.check(server.running, `the server is gone: ${server.log().slice(-600)}`);
    for (const line of server.log().split("\n")) {
      if (/"status":500|unexpected error|unhandled|uncaught/i.test(line)) torture.check(false, line.slice(0, 300));
    }
    torture.noSecretIn(server.logFile);
  }
}
