import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { noise } from "../pictures.ts";
import { standBy } from "./bystander.ts";
import { Client, newAddress, newName, PASSWORD } from "./client.ts";
import type { Server } from "./place.ts";
import type { Scenario, Torture } from "./scenario.ts";

/* Crowds that send bodies: whatever they send and however slowly, memory stays bounded and token checks stay quick. */

const MAX_GROWTH_MB = 500;
const MAX_VERIFY_MS = 200;
const BODY_BYTES = 7 * 1024 * 1024;
const BOUNDARY = "----torture-crowd";

type Upload = { head: string; body: Buffer; hold?: number };

/** Sends the upload, all but the last `hold` bytes; the status of the answer, or 0 without one. */
class Sender {
  readonly socket: Socket;
  status = 0;
  private readonly answered: Promise<unknown>;

  constructor(server: Server, { head, body, hold = 0 }: Upload) {
    this.socket = connect({ port: server.port, host: "127.0.0.1", localAddress: newAddress() });
    this.socket.on("error", () => {});
    this.answered = Promise.race([once(this.socket, "data"), once(this.socket, "close")]).then(
      ([bytes]) => (this.status = Number(String(bytes).split(" ")[1]) || 0),
      () => {},
    );
    this.socket.write(head);
    this.socket.write(body.subarray(0, body.length - hold));
  }

  async answer(): Promise<number> {
    await this.answered;
    this.socket.destroy();
    return this.status;
  }
}

const upload = (path: string, type: string, body: Buffer, framing = `Content-Length: ${body.length}`): Upload => ({
  head: `POST ${path} HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: ${type}\r\n${framing}\r\n\r\n`,
  body,
});

function form(path: string, picture: Buffer): Upload {
  const name = newName();
  const fields = { email: `${name}@example.org`, username: name, password: PASSWORD };
  const texts = Object.entries(fields).map(
    ([key, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="x.png"\r\nContent-Type: image/png\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(texts.join("") + file), picture, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
  return upload(path, `multipart/form-data; boundary=${BOUNDARY}`, body);
}

const json = (length: number) => Buffer.from(`{"email":"a@example.org","image":"${"A".repeat(length - 50)}"}`);
const inChunks = (bytes: number, count: number) => Buffer.from(`${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n`.repeat(count));

type Crowd = { what: string; count: number; one: () => Upload; expected: number[]; heldMs?: number };

async function crowds(torture: Torture): Promise<void> {
  const server = await torture.startInMemory({ allow: /503/, settings: { LIMIT_REGISTRATIONS: "99999" } });
  const client = new Client(server.url);
  const token = await client.newToken();
  const picture = await noise(1_250);
  await client.ask("GET", "/register/");
  const large = upload("/auth/create-user/", "application/json", json(BODY_BYTES));
  const page = form("/register/", picture);
  const tiny = upload(
    "/auth/create-user/",
    "application/json",
    inChunks(1, torture.many(200_000, 1_000_000)),
    "Transfer-Encoding: chunked",
  );
  const tinyOnPage = { ...tiny, head: tiny.head.replace("/auth/create-user/", "/login/").replace("application/json", "text/plain") };
  const unread = { ...tiny, head: tiny.head.replace("/auth/create-user/", "/auth/me/") };
  const small = upload("/auth/login/", "application/json", Buffer.from(`{"email":"${"a".repeat(60_000)}"}`));
  const all: Crowd[] = [
    { what: "held uploads", count: torture.many(60, 300), one: () => ({ ...large, hold: 1 }), expected: [0, 503], heldMs: 2_000 },
    { what: "held forms", count: torture.many(60, 300), one: () => ({ ...page, hold: 9 }), expected: [0, 503], heldMs: 2_000 },
    { what: "whole uploads", count: torture.many(30, 300), one: () => large, expected: [400, 503, 0] },
    {
      what: "registrations with a picture",
      count: torture.many(20, 200),
      one: () => form("/auth/create-user/", picture),
      expected: [201, 503, 0],
    },
    { what: "whole forms", count: torture.many(30, 300), one: () => page, expected: [400, 503, 0] },
    { what: "bodies in one-byte chunks", count: torture.many(10, 100), one: () => tiny, expected: [413, 0] },
    { what: "forms in one-byte chunks", count: torture.many(10, 100), one: () => tinyOnPage, expected: [413, 0] },
    { what: "one-byte chunks that nobody reads", count: torture.many(10, 100), one: () => unread, expected: [405, 413, 0] },
    { what: "held log-ins", count: torture.many(200, 2_000), one: () => ({ ...small, hold: 1 }), expected: [0, 503], heldMs: 2_000 },
  ];
  const before = server.rssMb();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, server.rssMb())), 20);
  for (const { what, count, one, expected, heldMs } of all) {
    const verify = standBy({ url: server.url, path: "/auth/me/", token, perSecond: 50 });
    await sleep(500); // the thread starts
    most = server.rssMb();
    const senders = Array.from({ length: count }, () => new Sender(server, one()));
    if (heldMs) await sleep(heldMs);
    if (heldMs) torture.check((await client.logIn("nobody")).status === 401, `${what}: nobody else can log in`);
    if (heldMs) for (const { socket } of senders) socket.destroy();
    const statuses = await Promise.all(senders.map((sender) => sender.answer()));
    const { p99, max, statuses: verified } = await verify.stop();
    const counted = Object.entries(Object.groupBy(statuses, String)).map(([status, them]) => `${them?.length} × ${status}`);
    torture.check(
      statuses.every((status) => expected.includes(status)),
      `${what}: ${counted}`,
    );
    torture.check(Object.keys(verified).join() === "200", `${what}: verifications ${JSON.stringify(verified)}`);
    torture.within(`${what}: verification p99`, p99, MAX_VERIFY_MS);
    torture.check(most - before < MAX_GROWTH_MB, `${what}: memory grew by ${most - before} MB`);
    torture.figure(what, `${counted.join(", ")}; +${most - before} MB, verify p99/max ${p99.toFixed(0)}/${max.toFixed(0)} ms`);
  }
  clearInterval(timer);
}

export const uploads: Scenario[] = [{ id: "uploads", title: "Crowds of uploads", measures: true, short: true, run: crowds }];
