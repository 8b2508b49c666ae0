import { createServer } from "node:http";
import { config } from "#accounts/config.ts";
import { rows } from "./http/api.ts";
import { apiStation } from "./http/front-door/api.ts";
import { boundBody } from "./http/front-door/body-bounds.ts";
import { builds, NoBuildError } from "./http/front-door/builds.ts";
import { Connections } from "./http/front-door/draining.ts";
import { logForeignOutput } from "./http/front-door/foreign-output.ts";
import { nextStation } from "./http/front-door/next.ts";
import { ownName } from "./http/front-door/own-name.ts";
import { refusePage } from "./http/front-door/page-refusals.ts";
import { beginVisit, dressPage } from "./http/front-door/page-visit.ts";
import { countUnanswered } from "./http/front-door/pipelining.ts";
import { runInProduction } from "./http/front-door/production.ts";
import { receive } from "./http/front-door/receive.ts";
import { renderedPages } from "./http/front-door/rendered-pages.ts";
import { staticFiles } from "./http/front-door/static-files.ts";
import { pass, type Station } from "./http/front-door/stations.ts";
import { stopOnSignal } from "./http/front-door/stop.ts";
import { refuseExpectation, refuseTunnel, refuseUnreadable, requireHost } from "./http/front-door/unreadable-requests.ts";
import { say } from "./http/output.ts";
import { giveUp, prepare } from "./http/prepare.ts";

/*
 * The front door, the server in production: settings and database, stations, listen, drain.
 */

const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 5_000;
const TIMEOUT_CHECK_MS = 5_000;
const SILENT_MS = 60_000; // longer than any answer takes: a client that has read nothing for so long is gone

process.chdir(import.meta.dirname); // DATA_DIR=./data is relative to the project, whatever the current folder
runInProduction();
await prepare();
logForeignOutput();
if (builds().length === 0) giveUp(new NoBuildError());

const first: Station[] = [countUnanswered, receive, boundBody];
const stations: Station[] = [
  ...first,
  requireHost,
  await apiStation(rows, (folder) => import(`./app${folder}/route.ts`)),
  beginVisit,
  staticFiles,
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
server.listen(config().port, config().host, banner);
stopOnSignal(connections);

function banner(): void {
  const { publicUrl, dataDir } = config();
  say(`
  Latchkey is running.

  Pages         ${publicUrl}/
  API document  ${publicUrl}/auth/openapi.json   (to read: ${publicUrl}/auth/docs/)
  Data          ${dataDir}

  Press Ctrl-C to stop.

`);
}
