import type { Socket } from "node:net";

type Parser = Record<number, unknown> & { constructor: { kOnBody?: number } };

/**
 * Makes Node's parser skip the rest of a body without a call for each chunk, until the connection is closed. Node has no way to
 * stop it within the 64 KiB that it reads at once, which are 11,000 calls for one-byte chunks, a microsecond each. Uses internals
 * of Node; without them, nothing is skipped.
 */
export function skipBody(socket: Socket): void {
  const { parser } = socket as Socket & { parser?: Parser | null };
  const kOnBody = parser?.constructor.kOnBody;
  if (!parser || kOnBody === undefined || typeof parser[kOnBody] !== "function") return;
  const onBody = parser[kOnBody];
  parser[kOnBody] = undefined;
  socket.once("close", () => (parser[kOnBody] = onBody)); // Node reuses its parsers
}
