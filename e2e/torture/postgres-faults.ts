import { setTimeout as sleep } from "node:timers/promises";
import { Client, newName, type Reply } from "./client.ts";
import type { Server } from "./place.ts";
import { FAULTS, type Fault, MAX_HANG_MS, type Place } from "./postgres-failures.ts";
import { behindProxy, checkUnbroken, latchkeys, ownPostgres } from "./postgres-place.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* A PostgreSQL that fails under load, in every way: nobody waits for it, and everything works again soon after its return. */

const RECOVERY_MS = 2_000;
const SETTLED_MS = 300; // after a fault began, until it must be noticed
const MAX_CONNECTIONS = 40;

/** What a client of the service asks for during a fault. */
type Asked = { kind: "read" | "write" | "log-in" | "health"; sentAt: number; reply: Reply | null };

function startClients(server: Server, of: number, name: string, token: string, session: number) {
  const asked: Asked[] = [];
  let isOver = false;
  const loop = async (kind: Asked["kind"], ask: (client: Client) => Promise<Reply>, pauseMs: number) => {
    const client = new Client(server.url);
    while (!isOver) {
      const sentAt = performance.now();
      asked.push({ kind, sentAt, reply: await ask(client).catch(() => null) });
      await sleep(pauseMs);
    }
  };
  const rename = (client: Client) => client.ask("PATCH", `/auth/sessions/${session}/`, { token, json: { device_name: newName() } });
  const all = [
    ...Array.from({ length: of }, () => loop("read", (client) => client.me(token), 10)),
    ...Array.from({ length: of }, () => loop("write", rename, 10)),
    loop("log-in", (client) => client.logIn(name), 50),
    loop("health", (client) => client.ask("GET", "/health"), 50),
  ];
  return {
    asked,
    async stop() {
      isOver = true;
      await Promise.all(all);
    },
  };
}

function judge(torture: Torture, { name, reads, writes }: Fault, { kind, sentAt, reply }: Asked, from: number, to: number): void {
  const what = `${name}: a ${kind}`;
  torture.check(reply !== null, `${what} got no answer`);
  if (!reply) return;
  torture.check([200, 503].includes(reply.status), `${what} got ${reply.status}: ${reply.text.slice(0, 100)}`);
  if (reply.status === 503) {
    torture.check(Number(reply.headers["retry-after"]) > 0, `${what} got no Retry-After`);
    torture.check(reply.body?.code === "storage_unavailable", `${what} got ${reply.body?.code}`);
  }
  if (sentAt < from + SETTLED_MS || sentAt + reply.ms > to) return;
  const effect = kind === "read" ? reads : writes;
  if (effect !== "either") torture.check((reply.status === 503) === (effect === "refused"), `${what} got ${reply.status}`);
}

/** Lets a fault happen under load, and then waits until all is well. */
async function suffer(torture: Torture, server: Server, place: Place, fault: Fault): Promise<void> {
  const client = new Client(server.url);
  const name = newName();
  const token = await client.newToken(name);
  const { body } = await client.me(token);
  const clients = startClients(server, torture.many(2, 4), name, token, body.session.id);
  await sleep(200);
  await fault.begin(place);
  const from = performance.now();
  await sleep(fault.lastsMs ?? 1_000);
  if (fault.name === "frozen") {
    const { status, ms } = await client.me(token);
    torture.check(status === 503, `frozen: a token check got ${status} after ${ms} ms`);
  }
  const to = performance.now();
  await fault.end(place);
  const backAt = performance.now();
  const askAll = async () => [
    await client.me(token),
    await client.ask("PATCH", `/auth/sessions/${body.session.id}/`, { token, json: { device_name: "back" } }),
    await client.ask("GET", "/health"),
  ];
  while ((await askAll()).some(({ status }) => status !== 200) && performance.now() - backAt < 5 * RECOVERY_MS) await sleep(50);
  const recovery = performance.now() - backAt;
  torture.within(`${fault.name}: recovery`, recovery, fault.recoveryMs ?? RECOVERY_MS);
  torture.check(recovery < 5 * RECOVERY_MS, `${fault.name}: not well after ${recovery} ms`);
  await clients.stop();
  for (let turn = 0; turn < 5; turn++) {
    const [check, logIn] = [await client.me(token), await client.logIn(name)];
    torture.check(check.status === 200 && logIn.status === 200, `${fault.name}: afterwards ${check.status}, ${logIn.status}`);
  }
  for (const one of clients.asked) judge(torture, fault, one, from, to);
  const slowest = Math.max(...clients.asked.map(({ reply }) => reply?.ms ?? 0));
  torture.within(`${fault.name}: the slowest answer`, slowest, fault.maxMs ?? MAX_HANG_MS);
  const refused = clients.asked.filter(({ reply }) => reply?.status === 503).length;
  torture.figure(
    fault.name,
    `${refused} of ${clients.asked.length} refused, slowest ${slowest.toFixed(0)} ms, back in ${recovery.toFixed(0)} ms`,
  );
}

async function faults(torture: Torture): Promise<void> {
  const postgres = await ownPostgres(torture, [`max_connections=${MAX_CONNECTIONS}`]);
  const { proxy, through } = await behindProxy(torture, postgres.url);
  const { servers } = await latchkeys(torture, 1, through);
  const [server] = servers as [Server];
  torture.rounds = torture.many(1, 3);
  for (let round = 0; round < torture.rounds; round++) {
    for (const fault of FAULTS) if (!torture.short || fault.short) await suffer(torture, server, { postgres, proxy }, fault);
  }
  checkUnbroken(torture, servers);
}

export const postgresFaults: Scenario[] = [
  { id: "postgres-faults", title: "A PostgreSQL that fails under load", short: true, postgres: true, run: faults },
];
