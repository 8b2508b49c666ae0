import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { NodeRequest } from "srvx/node";
import { config, isLoopback, runInProduction } from "#accounts/config.ts";
import { api } from "./http/api.ts";
import { stampClientAddress } from "./http/client-address.ts";
import { allowed, type Handler, notFound, refuseMethod, requestIdOf, web } from "./http/endpoint.ts";
import { builds, NoBuildError } from "./http/front-door/builds.ts";
import { Connections, draining } from "./http/front-door/draining.ts";
import { logForeignOutput } from "./http/front-door/foreign-output.ts";
import { sendKept } from "./http/front-door/kept-pages.ts";
import { closeAfterBody } from "./http/front-door/lingering-close.ts";
import { readForm, refusePage } from "./http/front-door/page-refusals.ts";
import { countUnanswered } from "./http/front-door/pipelining.ts";
import { QuickResponse } from "./http/front-door/quick-response.ts";
import { serveStatic } from "./http/front-door/static-files.ts";
import { stopOnSignal } from "./http/front-door/stop.ts";
import { refuseExpectation, refuseTunnel, refuseUnreadable, refuseWithoutHost } from "./http/front-door/unreadable-requests.ts";
import { log, logAnswer } from "./http/log.ts";
import { forgetNotice } from "./http/notice-cookie.ts";
import { say } from "./http/output.ts";
import { giveUp, prepare } from "./http/prepare.ts";
import { boundHeaders } from "./http/request-headers.ts";
import { tidyTarget } from "./http/request-target.ts";
import { newNonce, pageHeaders } from "./http/security-headers.ts";

/*
 * The front door: one server for all. Requests of the API go to the very functions that Next.js would call, without its
 * detour, which costs several times the work itself; everything else goes to Next.js.
 */

const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 5_000;
const TIMES_CHECKED_MS = 5_000;
const SILENT_MS = 60_000; // longer than any answer takes: who has not read a byte of one for so long is gone
const MAX_LOGGED_PATH_LENGTH = 200;

type Route = { handlers: Record<string, Handler>; refuse: Handler };

web.Response = QuickResponse as unknown as typeof Response;

process.chdir(import.meta.dirname); // DATA_DIR=./data means the same from wherever it is started
await prepare();
logForeignOutput();
const [app, routes] = await Promise.all([preparePages(), loadRoutes()]);
const handlePage = app.getRequestHandler();

const server = createServer({
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: TIMES_CHECKED_MS,
  requireHostHeader: false, // we refuse it ourselves, with an answer like all others
  shouldUpgradeCallback: () => false, // Next.js would take WebSockets over, and never answer them
});
server.setTimeout(SILENT_MS);
const connections = new Connections(server);
server.on("request", (request, response) => connections.take(request, response, () => void handle(request, response)));
server.on("checkExpectation", (request, response) =>
  connections.take(request, response, () => void handle(request, response, refuseExpectation)),
);
server.on("connect", refuseTunnel);
server.on("clientError", refuseUnreadable);
server.on("error", giveUp);
server.listen(config().port, config().host, banner);
stopOnSignal(connections);

async function handle(request: IncomingMessage, response: ServerResponse, refusing?: Handler): Promise<void> {
  if (!countUnanswered(request, response)) return;
  const startedAt = performance.now();
  const ip = stampClientAddress(request);
  const requestId = requestIdOf({ headers: { get: (name) => request.headers[name]?.toString() ?? null } });
  request.headers["x-request-id"] = requestId;
  if (draining()) response.setHeader("connection", "close");
  const path = pathOf(request);
  const refuse = request.headers.host === undefined && request.httpVersion === "1.1" ? refuseWithoutHost : refusing;
  const found = refuse ? { route: { handlers: {}, refuse }, params: undefined } : (findRoute(path) ?? findTidied(request));
  const answered = (isThere: boolean) => {
    const status = isThere ? response.statusCode : "aborted";
    logAnswer({
      requestId,
      method: request.method ?? "",
      path: path.slice(0, MAX_LOGGED_PATH_LENGTH),
      status,
      ms: performance.now() - startedAt,
      ip,
    });
  };
  if (!found) {
    response.once("close", () => answered(response.writableFinished));
    return servePage(request, response);
  }
  const { route, params } = found;
  const handler = route.handlers[request.method ?? ""] ?? route.refuse;
  const answer = await handler(new NodeRequest({ req: request, res: response }), params && { params: Promise.resolve(params) });
  closeAfterBody(request, response);
  (answer as unknown as QuickResponse).sendBy(response);
  answered(!response.destroyed);
}

async function servePage(request: IncomingMessage, response: ServerResponse): Promise<void> {
  boundHeaders(request);
  response.setHeader("x-request-id", String(request.headers["x-request-id"]));
  if (await serveStatic(request, response, import.meta.dirname)) return;
  const nonce = newNonce();
  const headers = pageHeaders(nonce);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  forgetNotice(request, response);
  if (refusePage(request, response, import.meta.dirname)) return;
  const elsewhere = otherNameOfThisMachine(request);
  if (elsewhere) return void response.writeHead(307, { location: elsewhere, "content-length": 0 }).end();
  if (sendKept(request, response, nonce, import.meta.dirname)) return;
  const whole = await readForm(request, response);
  if (!whole) return;
  whole.headers["content-security-policy"] = headers["content-security-policy"]; // where Next.js finds the nonce
  await handlePage(whole, response).catch((error) => {
    log().error({ err: error }, "page failed");
    response.destroy();
  });
}

/**
 * Who opens http://localhost:8000 while the service calls itself http://127.0.0.1:8000 would find every form refused as
 * another site's: pages send them over. Only between names of this machine; what stands behind a proxy is never redirected.
 */
function otherNameOfThisMachine({ method, url = "/", headers }: IncomingMessage): string | null {
  const asked = URL.parse(`http://${headers.host}`);
  const own = new URL(config().publicUrl);
  const other =
    method === "GET" &&
    asked &&
    asked.hostname !== own.hostname &&
    asked.port === own.port &&
    isLoopback(asked.hostname) &&
    isLoopback(own.hostname);
  return other && url.startsWith("/") ? config().publicUrl + url : null;
}

async function preparePages() {
  if (builds().length === 0) giveUp(new NoBuildError());
  runInProduction();
  const { default: next } = await import("next");
  const app = next({ dev: false, dir: import.meta.dirname });
  await app.prepare().catch(giveUp);
  return app;
}

/** The route files behind the rows of the API: by path, or by what stands before the path's parameter. */
async function loadRoutes() {
  const fixed = new Map<string, Route>();
  const varying = new Map<string, Route & { name: string }>();
  const everything = Object.values(api);
  for (const { path } of everything) {
    const [start = "", name] = path.replace(/\/$/, "").split(/[<>]/);
    const handlers = await import(`./app${start}${name ? `[${name}]` : ""}/route.ts`);
    const methods = everything.filter((row) => row.path === path).map(({ method }) => method);
    const route = { handlers, refuse: refuseMethod(allowed(methods)) };
    if (name) varying.set(start, { ...route, name });
    else fixed.set(start, route);
  }
  return { fixed, varying };
}

function findRoute(path: string): { route: Route; params?: Record<string, string> } | null {
  const bare = path.endsWith("/") ? path.slice(0, -1) : path;
  const route = routes.fixed.get(bare);
  if (route) return { route };
  const slash = bare.lastIndexOf("/") + 1;
  const varying = routes.varying.get(bare.slice(0, slash));
  if (varying) return { route: varying, params: { [varying.name]: decode(bare.slice(slash)) } };
  const unknown = bare === "/auth" || (bare.startsWith("/auth/") && bare !== "/auth/docs");
  return unknown ? { route: { handlers: {}, refuse: notFound } } : null;
}

/** An address in another form than the usual one, which the many that are known need not be looked at for. */
function findTidied(request: IncomingMessage) {
  tidyTarget(request);
  return findRoute(pathOf(request));
}

const pathOf = (request: IncomingMessage) => request.url?.split("?", 1)[0] ?? "/";

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return ""; // matches nothing
  }
}

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
