import { setTimeout as sleep } from "node:timers/promises";
import { createVerifier, type Verifier } from "@latchkey/client/verifier";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { HOUR_MS } from "#accounts/clock.ts";
import { newToken } from "#accounts/sessions/tokens.ts";
import { sessions, users } from "#db/schema.ts";
import { Relay } from "../clients/relay.ts";
import { Client, newName } from "./client.ts";
import { accounts, type Server } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";
import { seed } from "./seed.ts";
import { until } from "./several.ts";

/* The verifier of a service under load, while sessions end, and while its ways to Latchkey fail. */

const HEARD_MS = 1_000; // with the feed
const FRESH_MS = 5_000; // without it
const CHECKS_AT_A_TIME = 200;
const LOG_OUTS_AT_A_TIME = 4;

type Held = {
  token: string;
  /** When its log-out was answered. */
  endedAt?: number;
};

/** What was checked so far: how many, the latest that was let in, and how long after the answer to its log-out one was. */
type History = { held: Held[]; checks: number; refusals: number; failures: number; latestMs: number; lastInAt: number; isOver: boolean };

/** Sessions of users, without the time that log-ins take. */
function hold(server: Server, count: number): Held[] {
  const names = Array.from({ length: count }, () => newName());
  seed(server, names);
  const tokens = names.map(() => newToken("token"));
  server.change((database) => {
    const store = drizzle(database, { casing: "snake_case" });
    const ids = store.select({ id: users.id }).from(users).all();
    const now = Date.now();
    const lifetime = { createdAt: now, lastUsedAt: now, authenticatedAt: now, expiresAt: now + HOUR_MS, endsAtLatest: now + HOUR_MS };
    const rows = tokens.map(({ id, hash }, at) => ({
      id,
      tokenHash: hash,
      userId: ids[at]?.id ?? 0,
      kind: "token" as const,
      ip: "127.0.0.1",
      device: "shop",
      idleSeconds: HOUR_MS / 1_000,
      ...lifetime,
    }));
    for (let at = 0; at < rows.length; at += 500)
      store
        .insert(sessions)
        .values(rows.slice(at, at + 500))
        .run();
  });
  return tokens.map(({ token }) => ({ token }));
}

/** Checks tokens in turn for as long as the history isn't over. */
async function keepChecking(verifier: Verifier, history: History): Promise<void> {
  for (let turn = 0; !history.isOver; ) {
    const some = Array.from({ length: CHECKS_AT_A_TIME }, () => history.held[turn++ % history.held.length] as Held);
    await Promise.race([Promise.all(some.map((held) => check(verifier, history, held))), sleep(50)]); // some may have to wait
    await new Promise(setImmediate);
  }
}

async function check(verifier: Verifier, history: History, held: Held): Promise<void> {
  const from = performance.now();
  const { endedAt } = held;
  const isIn = await verifier.verify(held.token).then(
    (identity) => identity !== null,
    () => undefined,
  );
  history.checks++;
  if (isIn === undefined) history.failures++;
  if (isIn === false && held.endedAt === undefined && !ending.has(held)) history.refusals++;
  if (isIn) history.lastInAt = Math.max(history.lastInAt, from);
  if (isIn && endedAt !== undefined) history.latestMs = Math.max(history.latestMs, from - endedAt);
}

/** Whose log-out is under way. */
const ending = new Set<Held>();

async function logOutAll(server: Server, some: Held[]): Promise<void> {
  const client = new Client(server.url);
  const queue = [...some];
  const work = async () => {
    for (let held = queue.shift(); held; held = queue.shift()) {
      ending.add(held);
      const { status } = await client.ask("POST", "/auth/logout/", { token: held.token });
      if (status === 200) held.endedAt = performance.now();
    }
  };
  await Promise.all(Array.from({ length: LOG_OUTS_AT_A_TIME }, work));
}

type Stage = { torture: Torture; server: Server; relay: Relay; verifier: Verifier; history: History };
type Fault = {
  what: string;
  begin?: (stage: Stage) => void /** After the log-outs. */;
  go?: (stage: Stage) => Promise<unknown>;
  isDeaf?: boolean;
};

const SILENCE = { isDeaf: true, begin: ({ relay }: Stage) => relay.fail({ path: "/", silent: true }) };
const FAULTS: Fault[] = [
  { what: "feed silent", begin: ({ relay }) => relay.fail({ path: "/auth/events/", silent: true }) },
  { what: "feed cut", begin: ({ relay }) => relay.fail({ path: "/auth/events/", cut: true }) },
  { what: "feed slow", begin: ({ relay }) => relay.fail({ path: "/auth/events/", until: sleep(2 * FRESH_MS) }) },
  { what: "answers slow", begin: ({ relay }) => relay.fail({ path: "/auth/introspect/", until: sleep(FRESH_MS - 2_000) }) },
  { what: "nothing but silence", ...SILENCE },
  { what: "clock set back", begin: ({ torture }) => setBack(torture) },
  { what: "server killed", isDeaf: true, go: ({ server }) => server.end("SIGKILL") },
];

/** Lets some log out under a fault: how long after that a token is let in at the latest. Nobody is, when no answer comes. */
async function under(stage: Stage, { what, begin, go, isDeaf }: Fault): Promise<void> {
  const { torture, server, relay, verifier, history } = stage;
  torture.check(await until(() => verifier.listening), `${what}: it doesn't listen at the start`);
  Object.assign(history, { latestMs: 0, failures: 0 });
  begin?.(stage);
  await logOutAll(server, history.held.filter(({ endedAt }) => endedAt === undefined).slice(0, 20));
  await go?.(stage);
  const from = performance.now();
  await sleep(isDeaf ? 2 * FRESH_MS + 500 : FRESH_MS + 500);
  const inMs = Math.max(0, history.lastInAt - from);
  torture.check(history.latestMs < FRESH_MS, `${what}: a token is let in ${Math.round(history.latestMs)} ms after its log-out`);
  torture.check(!isDeaf || inMs < FRESH_MS, `${what}: a token is let in after ${Math.round(inMs)} ms without an answer`);
  torture.check(!isDeaf || history.failures > 0, `${what}: nobody was refused, so this says nothing`);
  torture.figure(what, `${Math.round(history.latestMs)} ms, ${history.failures} not let in for want of an answer`);
  relay.fail(null);
}

async function underLoad(torture: Torture): Promise<void> {
  const server = await torture.start({ allow: /^503$/ });
  const made = accounts(server.dataDir, "service-key", "create", "--name", "shop", "--may", "introspect,read_events", "--json");
  const serviceKey: string = JSON.parse(made.stdout).key;
  const relay = await Relay.to(server.url);
  const verifier = createVerifier({ url: relay.url, serviceKey });
  const logOuts = torture.many(200, 2_000);
  const history: History = {
    held: hold(server, logOuts + 500),
    checks: 0,
    refusals: 0,
    failures: 0,
    latestMs: 0,
    lastInAt: 0,
    isOver: false,
  };
  torture.secret(serviceKey, ...history.held.map(({ token }) => token));
  const checking = keepChecking(verifier, history);
  torture.finally(async () => {
    history.isOver = true;
    await checking;
    verifier.close();
    await relay.close();
  });
  torture.check(await until(() => verifier.listening), "it doesn't begin to listen");

  const [from, before] = [performance.now(), history.checks];
  await logOutAll(server, history.held.slice(0, logOuts));
  await sleep(HEARD_MS);
  torture.figure("checks", (history.checks - before) / (performance.now() - from), " thousand/s");
  torture.figure("let in after a log-out", history.latestMs, " ms at most");
  torture.within("let in after a log-out", history.latestMs, HEARD_MS);
  torture.check(history.latestMs < FRESH_MS, `a token is let in ${history.latestMs} ms after its log-out`);

  const stage = { torture, server, relay, verifier, history };
  for (const fault of torture.many(FAULTS.slice(0, 1), FAULTS)) await under(stage, fault);
  if (!server.running) {
    torture.forget(server);
    await torture.start({ folder: server.folder, port: server.port, allow: /^503$/ });
  }
  torture.check(await until(() => verifier.listening), "it doesn't listen again in the end");
  torture.check(await isCalm(history), "live tokens are refused in the end");
  torture.check(history.refusals === 0, `${history.refusals} checks of live tokens said that they are dead`);
}

/** Whether there is soon half a second in which every check gets its answer. */
async function isCalm(history: History): Promise<boolean> {
  for (let left = 20; left > 0; left--) {
    const before = history.failures;
    await sleep(500);
    if (history.failures === before) return true;
  }
  return false;
}

/** The clock of this process, which the verifier mustn't trust. */
function setBack(torture: Torture): void {
  const now = Date.now;
  Date.now = () => now() - HOUR_MS;
  torture.finally(() => {
    Date.now = now;
  });
}

export const verifiers: Scenario[] = [
  {
    id: "verifier",
    title: "a service that remembers tokens refuses them within a second of their log-out, and lets nobody in while it can't ask",
    short: true,
    run: underLoad,
  },
];
