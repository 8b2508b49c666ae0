import type { ServerResponse } from "node:http";
import type { WholeAnswer } from "#http/answer.ts";

/** Sends head and body in one write; two would cost a quarter of a token check (measured). */
export function sendAtOnce(response: ServerResponse, { status, headers, body }: WholeAnswer): void {
  if (body === null) response.writeHead(status, headers);
  else response.writeHead(status, { ...headers, "content-length": typeof body === "string" ? Buffer.byteLength(body) : body.length });
  response.end(body);
}
