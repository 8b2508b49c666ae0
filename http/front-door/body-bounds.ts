import type { IncomingMessage, ServerResponse } from "node:http";
import { skipBody } from "./body-skipping.ts";
import type { Station } from "./stations.ts";
import { refuseOn } from "./unreadable-requests.ts";

/*
 * A chunk of a body costs a microsecond and some 200 bytes, however small it is and whether or not it is read. A few clients
 * that send single bytes would delay everybody else.
 */

const FREE_CHUNKS = 200;
const MIN_MEAN_CHUNK_BYTES = 64; // beyond the free ones
const MAX_DISCARDED_BYTES = 32 * 1024 * 1024;
const TOO_MANY_CHUNKS = "The body comes in too many small chunks. Send it in larger ones.";

/** Limits the cost of a body: it may neither arrive in very many tiny chunks nor continue for long after its answer. */
export const boundBody: Station = (request, response) => {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  if (length === undefined && encoding === undefined) return false;
  if (encoding !== undefined) refuseFlood(request, response);
  response.once("prefinish", () => discardRest(request));
  return false;
};

/** Counts the chunks that Node passes to `push`. After too many, the connection isn't read any more. */
function refuseFlood(request: IncomingMessage, response: ServerResponse): void {
  const push = request.push.bind(request);
  let [chunks, bytes] = [0, 0];
  request.push = (chunk: Buffer | null, ...more) => {
    chunks++;
    bytes += chunk?.length ?? 0;
    if (chunks <= FREE_CHUNKS + bytes / MIN_MEAN_CHUNK_BYTES) return push(chunk, ...more);
    request.push = () => false; // Node then stops reading
    skipBody(request.socket);
    const isAnswered = response.headersSent || response.socket === null; // null while earlier answers are pending
    if (isAnswered) request.socket.destroy();
    else refuseOn(request.socket, { code: "payload_too_large", detail: TOO_MANY_CHUNKS }, {}, request.method);
    return false;
  };
}

/** Reads the rest of a body after its answer. Otherwise a client that is still sending would not see the answer. */
function discardRest(request: IncomingMessage): void {
  let bytes = 0;
  if (request.complete) return;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_DISCARDED_BYTES) request.socket.destroy();
  });
}
