import { config } from "#accounts/config.ts";
import { noteSpent, onSpent, type Spending } from "#accounts/limits/budgets.ts";
import { sayThatItRuns } from "#http/banner.ts";
import type { FrontDoor } from "#http/front-door/front-door.ts";
import type { Measured } from "#http/metrics/measuring.ts";
import { serveMetrics } from "#http/metrics/server.ts";
import { finishOutput, say, shareOutput } from "#http/output.ts";
import type { Environment } from "./environment.ts";
import type { Order, Report } from "./messages.ts";
import { ignoreSignals, onSignals } from "./signals.ts";
import type { ListeningSocket } from "./socket.ts";
import { Supervisor } from "./supervisor.ts";

/* The processes that serve: one alone, or several for a supervisor. */

const COUNT_AFTER_MS = 50;

/** Serves alone. At the first SIGHUP this process becomes the supervisor of the one that replaces it. */
export async function serveAlone(makeDoor: () => Promise<FrontDoor>, environment: Environment): Promise<void> {
  let door: FrontDoor | undefined;
  let supervisor: Supervisor | undefined;
  let isAskedEarly = false;
  const replace = () => {
    if (!door) isAskedEarly = true;
    else supervisor ??= new Supervisor(environment, config(), asMember(door, measure));
    void supervisor?.replaceAll();
  };
  onSignals({
    stop: () => void (supervisor ? supervisor.stop() : stopAlone(door)),
    stopNow: () => (supervisor ? supervisor.stopNow() : process.exit(1)),
    replace,
  });
  const made = await makeDoor();
  const { metricsPort } = config();
  const measure = await measuring();
  if (metricsPort !== null) await serveMetrics(metricsPort, async () => (supervisor ? supervisor.measure() : [await measure()]));
  await made.listen();
  door = made;
  sayThatItRuns(config());
  if (isAskedEarly) replace();
}

async function stopAlone(door: FrontDoor | undefined): Promise<void> {
  if (!door) process.exit(0); // nothing has begun
  await door.stop();
  say("Stopped.\n");
  await finishOutput();
  process.exit(0);
}

/** This process, as a supervisor sees those that serve. */
function asMember(door: FrontDoor, measure: () => Promise<Measured>) {
  shareOutput();
  const { promise: ended, resolve } = Promise.withResolvers<string | null>();
  return {
    pid: process.pid,
    socket: door.socket,
    ended,
    tell(order: Order) {
      if (order.do === "leave") void door.leave().then(() => resolve(null));
      if (order.do === "stop") void door.stop().then(() => resolve(null));
    },
    measure,
    kill() {},
  };
}

/** Serves for a supervisor, and stops when it is gone. */
export async function serveAmongOthers(makeDoor: () => Promise<FrontDoor>): Promise<void> {
  shareOutput();
  ignoreSignals();
  const { promise: socket, resolve } = Promise.withResolvers<ListeningSocket | undefined>();
  let door: FrontDoor | undefined;
  let measure = async (): Promise<Measured> => [];
  const end = async (how: "leave" | "stop", delayMs?: number) => {
    await (how === "leave" ? door?.leave() : door?.stop(delayMs));
    await finishOutput();
    process.exit(0);
  };
  process.on("message", (order: Order, handle: ListeningSocket | undefined) => {
    if (order.do === "serve") resolve(handle);
    else if (order.do === "count") noteSpent(order.spent);
    else if (order.do === "measure") void measure().then((figures) => report({ is: "measured", figures }));
    else void end(order.do);
  });
  process.on("disconnect", () => void end("stop", 0));
  const made = await makeDoor();
  measure = await measuring();
  await made.listen(await socket);
  door = made;
  shareSpending();
  report({ is: "serving" }, made.socket);
}

/** What gives the figures of this process; nothing is measured unless Prometheus may ask. */
async function measuring(): Promise<() => Promise<Measured>> {
  if (config().metricsPort === null) return async () => [];
  const { startMeasuring } = await import("#http/metrics/measuring.ts");
  return startMeasuring();
}

/** Tells the supervisor, unless it is gone: then this process is about to stop. */
function report(message: Report, socket?: ListeningSocket): void {
  if (process.connected) process.send?.(message, socket, undefined, () => {});
}

/** Tells the others, through the supervisor, what this process has counted in its memory. */
function shareSpending(): void {
  let spent: Spending[] = [];
  onSpent((one) => {
    if (spent.push(one) > 1) return;
    setTimeout(() => {
      report({ is: "counting", spent });
      spent = [];
    }, COUNT_AFTER_MS).unref();
  });
}
