import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * To be called before an answer is written. A client that asked to close the connection and is refused while it still sends
 * would be reset by the close, and lose the answer with it (RFC 9112 9.6): the connection is closed once its body is
 * through, or when the time for a request is over. What still arrives is thrown away.
 */
export function closeAfterBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || response.shouldKeepAlive) return;
  response.shouldKeepAlive = true;
  request.once("end", () => request.socket.end());
}
