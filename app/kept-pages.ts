import type { IncomingMessage, ServerResponse } from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";

const ALIKE_FOR_ALL = new Set(["/login/", "/register/"]);
const NEEDED_TO_RENDER = new Set(["host", "accept-encoding", "x-request-id"]);
const LEFT_TO_NODE = ["content-encoding", "transfer-encoding", "date", "connection", "keep-alive"];

type Pieces = { head: [name: string, value: string][]; body: string[] };

const kept = new Map<string, Pieces>();

/**
 * The doors that everybody comes to look the same to all who are signed out, but for the nonce of their scripts: they are
 * rendered once a process, and answered from then on in the pieces around the nonce, twenty times as fast. True if answered.
 */
export function sendKept(request: IncomingMessage, response: ServerResponse, nonce: string): boolean {
  const pieces = isAlike(request) && kept.get(request.url ?? "");
  if (!pieces) return false;
  for (const [name, value] of pieces.head) response.setHeader(name, value);
  const text = pieces.body.join(nonce);
  const zipped = /\bgzip\b/.test(String(request.headers["accept-encoding"]));
  if (zipped) response.setHeader("content-encoding", "gzip");
  response.end(zipped ? gzipSync(text) : text);
  return true;
}

/** Keeps what Next.js is about to answer, if it is such a page. Nothing that this visitor sent can end up in what others get. */
export function keep(request: IncomingMessage, response: ServerResponse, nonce: string): void {
  if (!isAlike(request)) return;
  for (const name of Object.keys(request.headers)) if (!NEEDED_TO_RENDER.has(name)) delete request.headers[name];
  const chunks: Buffer[] = [];
  const { write, end } = response;
  const note = (chunk: unknown) => {
    if (typeof chunk === "string" || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string));
  };
  response.write = (...words: unknown[]) => {
    note(words[0]);
    return write.apply(response, words as Parameters<typeof write>);
  };
  response.end = (...words: unknown[]) => {
    note(words[0]);
    return end.apply(response, words as Parameters<typeof end>);
  };
  response.once("finish", () => {
    if (response.statusCode !== 200 || response.hasHeader("set-cookie")) return;
    const sent = Buffer.concat(chunks);
    const text = (response.getHeader("content-encoding") === "gzip" ? gunzipSync(sent) : sent).toString();
    const head = Object.entries(response.getHeaders()).map(([name, value]): [string, string] => [name, String(value)]);
    const own = head.filter(([name, value]) => !LEFT_TO_NODE.includes(name) && name !== "x-request-id" && !value.includes(nonce));
    kept.set(request.url ?? "", { head: own, body: text.split(nonce) });
  });
}

/** Whether a plain visit of a signed-out browser: not Next.js's own requests for parts of a page, and no cookie of a session. */
function isAlike({ method, url = "", headers }: IncomingMessage): boolean {
  if (method !== "GET" || !ALIKE_FOR_ALL.has(url) || headers.cookie?.includes("session")) return false;
  return !Object.keys(headers).some((name) => name.startsWith("rsc") || name.startsWith("next-") || name.startsWith("x-next"));
}
