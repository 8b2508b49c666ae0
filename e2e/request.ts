import { once } from "node:events";
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request as open } from "node:http";
import { connect } from "node:net";

/** What is asked. At most one of the bodies; `from` is the client's address, `token` becomes a bearer token. */
export type Ask = {
  json?: unknown;
  form?: Record<string, string> | [string, string][];
  multipart?: Record<string, string | Blob>;
  raw?: string | Uint8Array;
  headers?: Record<string, string | string[]>;
  token?: string;
  from?: string;
  /** Sends the body without Content-Length. */
  chunked?: boolean;
};

/** The body has no type: it is held against the API document instead. */
export type Answer = { status: number; headers: IncomingHttpHeaders; body: any; text: string; bytes: Buffer };

/** One request on a connection of its own, sent exactly as asked: no redirect followed, no path tidied up. */
export async function send(base: string, method: string, path: string, ask: Ask = {}): Promise<Answer> {
  const prepared = await prepare(base, method, path, ask);
  prepared.request.end(prepared.body);
  return prepared.answer;
}

/** Sends all but the last byte of each request first, and then all last bytes together. */
export async function sendTogether(base: string, asks: { method: string; path: string; ask: Ask }[]): Promise<Answer[]> {
  const held = await Promise.all(asks.map(({ method, path, ask }) => hold(base, method, path, ask)));
  return Promise.all(held.map((finish) => finish()));
}

/** Sends all but the last byte of a request; what comes back sends that too. */
export async function hold(base: string, method: string, path: string, ask: Ask): Promise<() => Promise<Answer>> {
  const { request, body, answer } = await prepare(base, method, path, ask);
  request.flushHeaders();
  if (!request.socket) await once(request, "socket");
  if (request.socket?.connecting) await once(request.socket, "connect");
  if (body.length > 1) await new Promise((sent) => request.write(body.subarray(0, -1), sent));
  return () => {
    request.end(body.subarray(-1));
    return answer;
  };
}

/** Bytes as they are on a socket of their own; for what no client library would send. The whole answer as text. */
export async function sendBytes(base: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk)).on("error", () => {}); // it may break off after the answer
  socket.write(bytes, "latin1");
  await new Promise((closed) => socket.once("close", closed));
  return Buffer.concat(chunks).toString();
}

async function prepare(base: string, method: string, path: string, ask: Ask) {
  const { hostname, port } = new URL(base);
  const { type, body } = await bodyOf(ask);
  const request = open({
    hostname,
    port,
    method,
    path,
    localAddress: ask.from,
    agent: false,
    headers: {
      ...(type && { "content-type": type }),
      ...(!ask.chunked && (body.length > 0 || !["GET", "HEAD", "OPTIONS"].includes(method)) && { "content-length": body.length }),
      ...(ask.chunked && { "transfer-encoding": "chunked" }), // Node sends the body of a DELETE without, unframed
      ...(ask.token !== undefined && { authorization: `Bearer ${ask.token}` }),
      ...ask.headers,
    },
  });
  return { request, body, answer: answerOf(request) };
}

function answerOf(request: ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let answered = false;
    request.on("error", (error) => answered || reject(error)); // a refused upload may break off after the answer
    request.on("response", async (response: IncomingMessage) => {
      answered = true;
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of response) chunks.push(chunk);
      } catch (error) {
        return reject(error);
      }
      const bytes = Buffer.concat(chunks);
      const text = bytes.toString();
      const body = /json/.test(response.headers["content-type"] ?? "") && text ? JSON.parse(text) : undefined;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body, text, bytes });
    });
  });
}

async function bodyOf({ json, form, multipart, raw }: Ask): Promise<{ type?: string; body: Buffer }> {
  if (json !== undefined) return { type: "application/json", body: Buffer.from(JSON.stringify(json)) };
  if (form) return { type: "application/x-www-form-urlencoded", body: Buffer.from(new URLSearchParams(form).toString()) };
  if (multipart) {
    const data = new FormData();
    for (const [name, value] of Object.entries(multipart)) data.append(name, value);
    const encoded = new Response(data);
    return { type: encoded.headers.get("content-type") ?? undefined, body: Buffer.from(await encoded.arrayBuffer()) };
  }
  return { body: Buffer.from(raw ?? "") };
}
