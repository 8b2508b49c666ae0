import { once } from "node:events";
import { connect, type Socket } from "node:net";

/*
 * Our own load generator. On a machine with two cores it competes with the server it measures, so it only writes requests and
 * counts answers. Autocannon would also bring 62 packages.
 */

export type Load = {
  port: number;
  connections: number;
  seconds: number;
  /** The next request of a connection, as `httpRequest` writes it. */
  request: (connection: number) => string;
  /** The only status that is not an error. */
  status: number;
};

const NO_CONTENT = Buffer.from("HTTP/1.1 204 ");

export type Measured = { requests: number; perSecond: number; p50: number; p99: number };

/** Sends requests over persistent connections, each after the answer to the last. Throws on any other status. */
export async function load({ port, connections, seconds, request, status }: Load): Promise<Measured> {
  const latencies: number[] = [];
  const expected = Buffer.from(`HTTP/1.1 ${status} `);
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  await Promise.all(sockets.map((socket, index) => drive(socket, () => request(index), expected, endsAt, latencies)));
  const took = performance.now() - startedAt;
  for (const socket of sockets) socket.destroy();
  latencies.sort((a, b) => a - b);
  return {
    requests: latencies.length,
    perSecond: (latencies.length / took) * 1_000,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

/** The text of an HTTP request. */
export function httpRequest(method: string, path: string, token?: string, body?: unknown): string {
  const text = body === undefined ? "" : JSON.stringify(body);
  const head = [`${method} ${path} HTTP/1.1`, "host: 127.0.0.1", "user-agent: bench/1", "accept: application/json"];
  if (token) head.push(`authorization: Bearer ${token}`);
  if (text) head.push("content-type: application/json", `content-length: ${Buffer.byteLength(text)}`);
  return `${head.join("\r\n")}\r\n\r\n${text}`;
}

/** The text of an HTTP request with a form. */
export function formRequest(path: string, token: string, form: string): string {
  const head = [`POST ${path} HTTP/1.1`, "host: 127.0.0.1", "user-agent: bench/1", `authorization: Bearer ${token}`];
  head.push("content-type: application/x-www-form-urlencoded", `content-length: ${form.length}`);
  return `${head.join("\r\n")}\r\n\r\n${form}`;
}

export function quantile(sorted: number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return socket;
}

/** One connection: sends a request, waits for the whole answer, and repeats until the time is up. */
function drive(socket: Socket, request: () => string, expected: Buffer, endsAt: number, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let received: Buffer | undefined;
    let askedAt = 0;
    const ask = () => {
      askedAt = performance.now();
      socket.write(request(), "latin1");
    };
    socket.on("data", (chunk: Buffer) => {
      received = received ? Buffer.concat([received, chunk]) : chunk;
      const length = answerLength(received);
      if (length === undefined || received.length < length) return;
      if (received.compare(expected, 0, expected.length, 0, expected.length) !== 0)
        return reject(new Error(received.toString().slice(0, 2_000)));
      received = undefined;
      const now = performance.now();
      latencies.push(now - askedAt);
      if (now < endsAt) ask();
      else resolve();
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("The server closed a connection.")));
    ask();
  });
}

/** The length of an answer, once its head is complete; all measured servers send Content-Length or chunks. */
function answerLength(received: Buffer): number | undefined {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(received.toString("latin1", 0, headEnd)) ?? [];
  if (length !== undefined) return headEnd + 4 + Number(length);
  if (received.compare(NO_CONTENT, 0, NO_CONTENT.length, 0, NO_CONTENT.length) === 0) return headEnd + 4;
  const end = received.indexOf("0\r\n\r\n", headEnd + 4); // chunked
  return end < 0 ? undefined : end + 5;
}
