import type { IncomingMessage } from "node:http";

const HEADER = "x-latchkey-client-address";

/**
 * Writes the address of the socket into a header that only we set: a client's own is thrown away. Route handlers and
 * pages see nothing of the connection but headers.
 */
export function stampClientAddress(request: IncomingMessage): void {
  const address = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  for (let i = request.rawHeaders.length - 2; i >= 0; i -= 2) {
    if (request.rawHeaders[i]?.toLowerCase() === HEADER) request.rawHeaders.splice(i, 2);
  }
  request.rawHeaders.push(HEADER, address);
  request.headers[HEADER] = address;
}

/** The client's address as `stampClientAddress` left it. */
export function clientAddress(headers: Pick<Headers, "get">): string {
  return headers.get(HEADER) ?? "";
}
