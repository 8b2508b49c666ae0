import type { Socket } from "node:net";

type Parser = Record<number, unknown> & { constructor: { kOnBody?: number } };

/**
 * Has Node's parser skip the rest of a body without a call for each chunk, until the connection is closed. Node offers no way to
 * stop it within the 64 KiB that it has read at once: with one-byte chunks those are 11,000 calls, a microsecond each.
 * Uses what Node keeps to itself; where it is not found, nothing is skipped.
 */
export function skipBody(socket: Socket): void {
  const { parser } = socket as Socket & { parser?: Parser | null };
  const kOnBody = parser?.constructor.kOnBody;
  if (!parser || kOnBody === undefined || typeof parser[kOnBody] !== "function") return;
  const onBody = parser[kOnBody];
  parser[kOnBody] = undefined;
  socket.once("close", () => (parser[kOnBody] = onBody)); // Node uses its parsers again
}
