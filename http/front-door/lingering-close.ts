import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * Closes the connection only after the rest of the body has arrived, or when the time for a request is over; the rest is
 * discarded. Otherwise a client that is still sending would be reset and lose the answer (RFC 9112 9.6). Call it before the
 * answer is written.
 */
export function closeAfterBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || response.shouldKeepAlive) return;
  response.shouldKeepAlive = true;
  request.once("end", () => request.socket.end());
}
