import { setTimeout as sleep } from "node:timers/promises";
import { Client, newName } from "./client.ts";
import { type Server, startServer } from "./place.ts";

/* A server of several processes. */

export const SOON_MS = 20_000;
const GUESSES = 24;
export const GUESSER = "127.0.0.79";

export const TWO = { PROCESSES: "2", LIMIT_CHANGES: "99999" };

/** Waits for what should happen soon; not for ever. */
export async function until(happened: () => boolean): Promise<boolean> {
  for (const from = performance.now(); performance.now() - from < SOON_MS; await sleep(20)) if (happened()) return true;
  return happened();
}

export const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

export const timesSaid = (server: Server, words: RegExp) => [...server.log().matchAll(new RegExp(words, "g"))].length;

/** A server with all of its processes. */
export async function startAll(
  settings: Record<string, string | undefined>,
  options: Parameters<typeof startServer>[0] = {},
): Promise<Server> {
  const server = await startServer({ settings, ...options });
  await until(() => timesSaid(server, /Latchkey is running/) > 0);
  return server;
}

/** How many of many guesses at the same moment, over as many connections, are evaluated. */
export async function guesses(server: Server): Promise<number> {
  const name = newName();
  await new Client(server.url).register(name);
  const clients = Array.from({ length: GUESSES }, () => new Client(server.url, GUESSER));
  const replies = await Promise.all(clients.map((client) => client.logIn(name, "Wrong horse 7 battery")));
  return replies.filter(({ status }) => status === 401).length;
}
