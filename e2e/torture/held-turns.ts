import { createServer } from "node:net";
import { isMainThread } from "node:worker_threads";

/*
 * Loaded into a server before anything else: measures how long single turns of its event loop hold everybody up. What counts
 * is the processor time of its thread, so that a busy machine changes nothing. The socket tells whoever connects the longest
 * turn in milliseconds, and begins anew.
 */

const SAMPLED_MS = 1;
const { HELD_TURNS_SOCKET } = process.env;

if (HELD_TURNS_SOCKET && isMainThread) {
  delete process.env.HELD_TURNS_SOCKET; // children have turns of their own
  watch(HELD_TURNS_SOCKET);
}

function watch(socket: string): void {
  let [longest, last] = [0, cpuMs()];
  const sample = () => {
    const now = cpuMs();
    longest = Math.max(longest, now - last);
    last = now;
  };
  setInterval(sample, SAMPLED_MS).unref();
  createServer((connection) => {
    sample();
    connection.end(String(longest));
    longest = 0;
  })
    .listen(socket)
    .unref();
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
