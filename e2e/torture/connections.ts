import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { standBy } from "./bystander.ts";
import { Client, newName, PASSWORD, steadily } from "./client.ts";
import type { Server } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

const ADDRESSES = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6"];

/** Open sockets; `closed` counts those that the server has given up. */
class Sockets {
  readonly all: Socket[] = [];
  closed = 0;
  failed = 0;

  async open(server: Server, count: number, first: string): Promise<void> {
    for (let done = 0; done < count; done += 250) {
      await Promise.all(Array.from({ length: Math.min(250, count - done) }, (_, at) => this.one(server, at, first)));
    }
  }

  private async one(server: Server, at: number, first: string): Promise<void> {
    const socket = connect({ port: server.port, host: "127.0.0.1", localAddress: ADDRESSES[at % ADDRESSES.length] });
    this.all.push(socket);
    socket.once("close", () => this.closed++);
    socket.on("error", () => {});
    await Promise.race([once(socket, "connect"), once(socket, "close")]).catch(() => this.failed++);
    if (first) socket.write(first);
  }

  write(text: string, from = 0, to = this.all.length): void {
    for (const socket of this.all.slice(from, to)) if (socket.writable) socket.write(text);
  }

  close(): void {
    for (const socket of this.all) socket.destroy();
  }
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

async function slowClients(torture: Torture): Promise<void> {
  const server = await torture.startInMemory();
  const client = new Client(server.url);
  const token = await client.newToken();
  const rss = server.rssMb();
  const part = torture.many(0.1, 1);
  const [headers, bodies, idle, deaf, greedy] = [new Sockets(), new Sockets(), new Sockets(), new Sockets(), new Sockets()];
  await headers.open(server, 1_000 * part, "GET /health HTTP/1.1\r\nHo");
  await bodies.open(
    server,
    500 * part,
    'POST /auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 300\r\n\r\n{"',
  );
  await idle.open(server, 2_000 * part, get("/health"));
  await deaf.open(server, 200 * part, get("/auth/openapi.json").repeat(12));
  await greedy.open(server, 50 * part, get("/auth/openapi.json").repeat(200));
  for (const socket of [headers, bodies, idle, greedy].flatMap(({ all }) => all)) socket.resume(); // the deaf ones are not read
  const normal = steadily(20, () => client.me(token));
  const endAt = performance.now() + torture.many(2_000, 100_000);
  while (performance.now() < endAt) {
    headers.write("x");
    bodies.write("x");
    await sleep(torture.many(500, 10_000));
    torture.check((await client.me(token)).status === 200, "a normal client is not served");
  }
  const { p50, p99, statuses } = await normal.stop();
  torture.check(Object.keys(statuses).join() === "200", `normal client: ${JSON.stringify(statuses)}`);
  torture.within("normal p99", p99, 500);
  torture.figure("normal p50/p99", `${p50.toFixed(1)}/${p99.toFixed(0)} ms`);
  torture.figure("RSS growth", server.rssMb() - rss, " MB");
  torture.check(server.rssMb() - rss < 300, `RSS grew by ${server.rssMb() - rss} MB`);
  torture.check(greedy.closed === greedy.all.length, `${greedy.all.length - greedy.closed} who ask on and on are still open`);
  if (!torture.short) {
    torture.check(headers.closed === headers.all.length, `${headers.all.length - headers.closed} slow headers are still open`);
    torture.check(bodies.closed === bodies.all.length, `${bodies.all.length - bodies.closed} slow bodies are still open`);
    torture.check(idle.closed === idle.all.length, `${idle.all.length - idle.closed} idle connections are still open`);
    const kept = server.descriptors();
    torture.figure("descriptors after 100 s", kept);
    torture.check(kept < 60, `${kept} descriptors are open: clients that read nothing are never given up`);
  }
  for (const sockets of [headers, bodies, idle, deaf, greedy]) sockets.close();
}

async function tenThousand(torture: Torture): Promise<void> {
  const server = await torture.startInMemory();
  const client = new Client(server.url);
  const token = await client.newToken();
  const rss = server.rssMb();
  torture.rounds = torture.many(500, 10_000);
  const crowd = new Sockets();
  const startedAt = performance.now();
  await crowd.open(server, torture.rounds, "");
  for (const socket of crowd.all) socket.resume();
  torture.figure("opened in", (performance.now() - startedAt) / 1_000, " s");
  const load = standBy({ url: server.url, path: "/auth/me/", token, perSecond: 20 });
  const pages = standBy({ url: server.url, path: "/login/", perSecond: 2 });
  let most = server.descriptors();
  for (let at = 0; at < torture.many(2, 10); at++) {
    await sleep(1_000);
    most = Math.max(most, server.descriptors());
    const part = Math.ceil(crowd.all.length / 10);
    crowd.write(get("/health"), at * part, (at + 1) * part); // a tenth a second
  }
  const [verify, page] = [await load.stop(), await pages.stop()];
  torture.check(crowd.failed === 0 && most > torture.rounds * 0.9, `${crowd.failed} refused, ${most} open at once`);
  torture.check(Object.keys(verify.statuses).join() === "200", `verifications: ${JSON.stringify(verify.statuses)}`);
  torture.within("verification p99", verify.p99, 200);
  torture.within("page p99", page.p99, 500);
  torture.figure("open at once", most);
  torture.figure("verify p99", verify.p99, " ms");
  torture.figure("page p99", page.p99, " ms");
  torture.figure("RSS growth", server.rssMb() - rss, " MB");
  torture.check(server.rssMb() - rss < 500, `RSS grew by ${server.rssMb() - rss} MB`);
  crowd.close();
}

async function brokenConnections(torture: Torture): Promise<void> {
  const server = await torture.start();
  const client = new Client(server.url);
  const name = newName();
  const token = await client.newToken(name);
  await client.register(`${name}-b`); // log-ins of the own would end the own session, as the 101st
  const json = JSON.stringify({ email: `${name}-b@example.org`, password: PASSWORD });
  const login = `POST /auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`;
  const texts = [
    login,
    get("/login/"),
    `GET /auth/me/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    get("/auth/openapi.json"),
  ];
  torture.rounds = torture.many(120, 2_000);
  for (let done = 0; done < torture.rounds; done += 40) {
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        const text = texts[Math.floor(Math.random() * texts.length)] ?? "";
        const whole = Math.random() < 0.5;
        const socket = connect({ port: server.port, host: "127.0.0.1" });
        socket.on("error", () => {});
        await once(socket, "connect");
        socket.write(text.slice(0, whole ? text.length : Math.floor(Math.random() * text.length)));
        if (Math.random() < 0.3) socket.end();
        await sleep(Math.random() * 40);
        socket.resetAndDestroy();
      }),
    );
  }
  const noise = [
    Buffer.from("16030100f8010000f40303", "hex"), // how TLS begins
    Buffer.from("505249202a20485454502f322e300d0a0d0a534d0d0a0d0a", "hex"), // how HTTP/2 begins
    ...Array.from({ length: torture.many(20, 200) }, () => Buffer.from(Array.from({ length: 300 }, () => Math.floor(Math.random() * 256)))),
  ];
  for (const bytes of noise) {
    const socket = connect({ port: server.port, host: "127.0.0.1" });
    socket.on("error", () => {});
    socket.resume();
    socket.end(bytes);
    await Promise.race([once(socket, "close"), sleep(1_000)]);
    socket.destroy();
  }
  await refusedAreLetGo(torture, server);
  const odd = await oddRequests(server);
  for (const [what, ms] of odd) torture.check(ms < 3_000, `${what} is left open for ${ms} ms`);
  const half = await halfClosed(server);
  torture.check(/^HTTP\/1.1 200/.test(half), `a half-closed client gets ${half.slice(0, 60)}`);
  torture.check((await client.me(token)).status === 200, "not well afterwards");
  const [{ n } = { n: 0 }] = server.rows<{ n: number }>(
    "select count(*) n from sessions where id not in (select session_id from audit_events where type = 'session.opened')",
  );
  torture.check(n === 0, `${n} sessions without an event`);
}

/** Who is refused and neither reads nor closes does not keep a connection. */
async function refusedAreLetGo(torture: Torture, server: Server): Promise<void> {
  await sleep(500);
  const before = server.descriptors();
  const refused = new Sockets();
  await refused.open(server, 50, "NONSENSE\r\n\r\n");
  for (let waited = 0; server.descriptors() > before + 10 && waited < 8_000; waited += 100) await sleep(100);
  torture.check(server.descriptors() <= before + 10, `${server.descriptors() - before} of 50 refused connections are still open`);
  refused.close();
}

/** Who closes the own side after asking still gets the answer. */
async function halfClosed(server: Server): Promise<string> {
  const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.end(get("/health"));
  let text = "";
  for await (const chunk of socket) text += chunk;
  return text;
}

/** Upgrades and tunnels, which this service does not do: how long each stays open. */
async function oddRequests(server: Server): Promise<[string, number][]> {
  const websocket =
    "GET /_next/webpack-hmr HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  const times: [string, number][] = [];
  for (const text of [
    websocket,
    websocket.replace("/_next/webpack-hmr", "/auth/me/"),
    "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
  ]) {
    const socket = connect({ port: server.port, host: "127.0.0.1" });
    socket.on("error", () => {});
    const startedAt = performance.now();
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk));
    socket.write(text);
    while (performance.now() - startedAt < 3_000 && !socket.closed && !/^HTTP\/1.1 [2345]/.test(answer)) await sleep(20);
    times.push([`${text.split("\r\n", 1)} (${answer.slice(0, 12)})`, performance.now() - startedAt]);
    socket.destroy();
  }
  return times;
}

export const connections: Scenario[] = [
  { id: "slow-clients", title: "Slow and idle clients", measures: true, short: true, run: slowClients },
  {
    id: "many-connections",
    title: "Ten thousand connections",
    measures: true,
    needs: ["20,000 descriptors"],
    short: true,
    run: tenThousand,
  },
  { id: "broken-connections", title: "Broken connections", short: true, run: brokenConnections },
];
