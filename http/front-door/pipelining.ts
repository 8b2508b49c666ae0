import type { Socket } from "node:net";
import type { Station } from "./stations.ts";

const MAX_UNANSWERED = 16;

const unanswered = new WeakMap<Socket, number>();

/**
 * Counts the unanswered requests of a connection, and closes a connection that pipelines many without reading the answers: a
 * kilobyte of requests could keep megabytes of answers in memory. No browser or library does that.
 */
export const countUnanswered: Station = ({ socket }, response) => {
  const count = (unanswered.get(socket) ?? 0) + 1;
  unanswered.set(socket, count);
  if (count > MAX_UNANSWERED) socket.destroy();
  response.once("close", () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
  return socket.destroyed;
};
