import { setTimeout as sleep } from "node:timers/promises";
import { standBy } from "./bystander.ts";
import { Client, newAddress, newName, percentile, type Reply } from "./client.ts";
import type { Server } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";
import { seed } from "./seed.ts";

const REFUSED_WAIT_MS = 1; // for each of those in parallel: whoever is refused comes back a thousand times a second together
const WRONG = "Wrong horse 7 battery";

async function hugePasswords(torture: Torture, server: Server): Promise<void> {
  for (const megabytes of [1, 4]) {
    const client = new Client(server.url);
    const password = `Aa1${"x".repeat(megabytes * 1024 * 1024)}`;
    const times: number[] = [];
    for (const path of ["/auth/create-user/", "/auth/login/"]) {
      const startedAt = performance.now();
      const status = await client.ask("POST", path, { json: { email: "a@example.org", username: newName(), password } }).then(
        (reply) => reply.status,
        (error) => error.code,
      );
      times.push(performance.now() - startedAt);
      torture.check([400, 413, "EPIPE", "ECONNRESET"].includes(status), `${megabytes} MB at ${path}: ${status}`);
    }
    torture.within(`${megabytes} MB`, Math.min(...times), 100);
    torture.figure(`${megabytes} MB refused in`, Math.max(...times), " ms");
  }
}

/** What a person beside the flood sees. */
function bystanders(server: Server, token: string) {
  const { url } = server;
  return {
    verify: standBy({ url, path: "/auth/me/", token, perSecond: 50 }),
    page: standBy({ url, path: "/login/", perSecond: 2 }),
    file: standBy({ url, path: "/icon.svg", perSecond: 20 }),
  };
}

/** Log-ins at the same moment, over and over, from 50 addresses. */
async function flood(server: Server, parallel: number, forMs: number, ask: (client: Client) => Promise<Reply>) {
  const clients = Array.from({ length: 50 }, () => new Client(server.url));
  const replies: Reply[] = [];
  let broken = 0;
  const endAt = performance.now() + forMs;
  const one = async (at: number) => {
    do {
      const client = clients[at % clients.length] as Client;
      await ask(client).then(
        (reply) => replies.push(reply),
        () => broken++,
      );
      if (replies.at(-1)?.status !== 200) await sleep(parallel * REFUSED_WAIT_MS);
    } while (performance.now() < endAt);
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: parallel }, (_, at) => one(at)));
  const seconds = (performance.now() - startedAt) / 1_000;
  const byStatus = (wanted: number) => replies.filter(({ status }) => status === wanted);
  for (const client of clients) client.close();
  return { replies, broken, seconds, byStatus };
}

async function denialOfService(torture: Torture): Promise<void> {
  const server = await torture.startInMemory({ allow: /503/, settings: { LIMIT_LOGIN_PER_ADDRESS: "99999" } });
  await hugePasswords(torture, server);
  const names = Array.from({ length: 200 }, () => newName());
  seed(server, names);
  const token = await new Client(server.url).newToken();
  const alone = await flood(server, 4, torture.many(800, 5_000), (client) => client.logIn(names[Math.floor(Math.random() * 200)] ?? ""));
  const aloneRate = alone.byStatus(200).length / alone.seconds;
  const rssBefore = server.rssMb();
  for (const [what, parallel, ask] of [
    ["valid", 200, (client: Client) => client.logIn(names[Math.floor(Math.random() * 200)] ?? "")],
    ["unknown", torture.many(300, 1_000), (client: Client) => client.logIn(newName(), WRONG)],
  ] as const) {
    const beside = bystanders(server, token);
    const { replies, broken, byStatus, seconds } = await flood(server, parallel, torture.many(1_200, 10_000), ask);
    const [verify, page] = [await beside.verify.stop(), await beside.page.stop()];
    await beside.file.stop();
    const answered = byStatus(200).length + byStatus(401).length;
    const refused = [...byStatus(503), ...byStatus(429)];
    torture.check(broken === 0 && answered + refused.length === replies.length, `${what}: ${broken} broken, odd statuses`);
    torture.check(
      refused.every(({ headers }) => Number(headers["retry-after"]) >= 1),
      `${what}: a refusal without Retry-After`,
    );
    const slowest = percentile(
      refused.map(({ ms }) => ms),
      1,
    );
    torture.within(`${what}: the slowest refusal`, slowest, 6_000);
    torture.within(`${what}: verification p99`, verify.p99, 100);
    torture.within(`${what}: page p99`, page.p99, 500);
    torture.figure(`${what}: verify p50/p99`, `${verify.p50.toFixed(1)}/${verify.p99.toFixed(0)} ms`);
    torture.figure("page p99", page.p99, " ms");
    torture.figure("answered", answered / seconds, "/s");
    torture.figure("refused", refused.length);
    if (what === "valid") torture.check(answered / seconds >= 0.5 * aloneRate, `throughput ${answered / seconds} of ${aloneRate}/s`);
  }
  torture.figure("alone", aloneRate, "/s");
  torture.figure("RSS growth", server.rssMb() - rssBefore, " MB");
  torture.check(server.rssMb() - rssBefore <= 300, `RSS grew by ${server.rssMb() - rssBefore} MB`);
}

async function eventLoop(torture: Torture): Promise<void> {
  const server = await torture.startInMemory({ allow: /503/, settings: { LIMIT_LOGIN_PER_ADDRESS: "99999" } });
  const names = Array.from({ length: 400 }, () => newName());
  seed(server, names);
  const token = await new Client(server.url, newAddress()).newToken();
  const beside = bystanders(server, token);
  const { seconds, byStatus } = await flood(server, 100, torture.many(3_000, 60_000), (client) =>
    client.logIn(Math.random() < 0.5 ? (names[Math.floor(Math.random() * 400)] ?? "") : newName(), WRONG),
  );
  const [verify, file] = [await beside.verify.stop(), await beside.file.stop()];
  await beside.page.stop();
  torture.within("verification p99", verify.p99, 50);
  torture.within("static file p99", file.p99, 200);
  torture.check(Object.keys(verify.statuses).join() === "200", "broken verifications");
  torture.figure("verify p50/p99/max", [verify.p50, verify.p99, verify.max].map((ms) => ms.toFixed(1)).join("/"), " ms");
  torture.figure("static p99", file.p99, " ms");
  torture.figure("hashes", (byStatus(401).length + byStatus(200).length) / seconds, "/s");
}

export const hashingLoad: Scenario[] = [
  { id: "hashing-flood", title: "Hashing as a denial of service", measures: true, short: true, run: denialOfService },
  { id: "hashing-load", title: "Event loop under hashing", measures: true, run: eventLoop },
];
