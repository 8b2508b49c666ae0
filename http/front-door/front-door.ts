import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { config } from "#accounts/config.ts";
import { rows } from "#http/api.ts";
import { giveUp } from "#http/give-up.ts";
import { prepare } from "#http/prepare.ts";
import { type ListeningSocket, socketOf } from "#http/processes/socket.ts";
import { apiStation, type Load } from "./api.ts";
import { boundBody } from "./body-bounds.ts";
import { builds, NoBuildError } from "./builds.ts";
import { Connections } from "./draining.ts";
import { logForeignOutput } from "./foreign-output.ts";
import { nextStation } from "./next.ts";
import { ownName } from "./own-name.ts";
import { refusePage } from "./page-refusals.ts";
import { beginVisit, dressPage } from "./page-visit.ts";
import { countUnanswered } from "./pipelining.ts";
import { receive } from "./receive.ts";
import { renderedPages } from "./rendered-pages.ts";
import { icons, staticFiles } from "./static-files.ts";
import { pass, type Station } from "./stations.ts";
import { leaveInOrder, stopInOrder } from "./stop.ts";
import { refuseExpectation, refuseTunnel, refuseUnreadable, requireHost } from "./unreadable-requests.ts";

/*
 * The front door, the server in production: settings and database, stations, listen, drain.
 */

const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 5_000;
const TIMEOUT_CHECK_MS = 5_000;
const SILENT_MS = 60_000; // longer than any answer takes: a client that has read nothing for so long is gone

/** The server of this process, ready to listen. */
export class FrontDoor {
  readonly #server: Server;
  readonly #connections: Connections;

  constructor(server: Server, connections: Connections) {
    this.#server = server;
    this.#connections = connections;
  }

  /** Listens on HOST and PORT, or on a socket that another process has opened. */
  async listen(socket?: ListeningSocket): Promise<void> {
    if (socket) this.#server.listen(socket);
    else this.#server.listen(config().port, config().host);
    await once(this.#server, "listening");
  }

  get socket(): ListeningSocket {
    return socketOf(this.#server);
  }

  /** Stops the service, see stop.ts. */
  stop(delayMs?: number): Promise<void> {
    return stopInOrder(this.#connections, delayMs);
  }

  /** Leaves the service to other processes, see stop.ts. */
  leave(): Promise<void> {
    return leaveInOrder(this.#connections);
  }
}

/** Makes the front door. `load` imports the route file of a folder below app/. */
export async function makeFrontDoor(load: Load): Promise<FrontDoor> {
  await prepare();
  logForeignOutput();
  if (builds().length === 0) giveUp(new NoBuildError());
  const first: Station[] = [countUnanswered, receive, boundBody];
  const stations: Station[] = [
    ...first,
    requireHost,
    await apiStation(rows, load),
    beginVisit,
    staticFiles,
    icons,
    dressPage,
    refusePage,
    ownName,
    renderedPages,
    await nextStation(),
  ];
  const server = createServer({
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    requireHostHeader: false, // refused below, with an answer like all others
    shouldUpgradeCallback: () => false, // Next.js would take over WebSockets and never answer them
  });
  server.setTimeout(SILENT_MS);
  const connections = new Connections(server);
  server.on("request", (request, response) => connections.take(request, response, () => void pass(stations, request, response)));
  server.on("checkExpectation", (request, response) => {
    connections.take(request, response, () => void pass([...first, refuseExpectation], request, response));
  });
  server.on("connect", refuseTunnel);
  server.on("clientError", refuseUnreadable);
  server.on("error", giveUp);
  return new FrontDoor(server, connections);
}
