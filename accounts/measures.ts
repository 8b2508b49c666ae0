import { type Channel, channel } from "node:diagnostics_channel";

/*
 * What the domain tells whoever measures it (http/metrics/). A channel belongs to the process, whichever copy of the domain
 * publishes; while nobody subscribes, it costs a comparison.
 */

/** How long a commit took, with its waiting and retries: milliseconds. */
export const commitTimes = channel("latchkey.commit-times");
/** The name of a limit that has refused something. */
export const limitsHit = channel("latchkey.limits-hit");

/** Runs `work` and publishes how many milliseconds it took. */
export function timedOn<T>(times: Channel, work: () => Promise<T>): Promise<T> {
  return times.hasSubscribers ? publishTime(times, work) : work();
}

async function publishTime<T>(times: Channel, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  try {
    return await work();
  } finally {
    times.publish(performance.now() - startedAt);
  }
}
