import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const MAX_UNANSWERED = 16;

const unanswered = new WeakMap<Socket, number>();

/**
 * Counts a request on its connection until it is answered, and ends the connection of who asks on and on without reading:
 * a kilobyte of questions would keep megabytes of answers in memory. No browser or library asks ahead. False if it ended.
 */
export function countUnanswered({ socket }: IncomingMessage, response: ServerResponse): boolean {
  const count = (unanswered.get(socket) ?? 0) + 1;
  unanswered.set(socket, count);
  if (count > MAX_UNANSWERED) socket.destroy();
  response.once("close", () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
  return !socket.destroyed;
}
