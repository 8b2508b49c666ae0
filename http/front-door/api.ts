import type { IncomingMessage, ServerResponse } from "node:http";
import { NodeRequest } from "srvx/node";
import type { Answer } from "#http/answer.ts";
import type { Endpoint } from "#http/endpoint.ts";
import { tidyTarget } from "#http/request-target.ts";
import { METHODS, NO_PARAMS, notFound, otherMethods, type RouteContext } from "#http/route.ts";
import { logRequest, pathOf } from "./request-log.ts";
import { send } from "./send.ts";
import type { Station } from "./stations.ts";

/** A function that answers a request: a handler, or a function of a route file that makes its own `Response`. */
type Handler = (request: Request, context: RouteContext) => Promise<Answer | Response> | Answer | Response;
/** The exports of a route file, by method. */
type Exports = Record<string, Handler & { handler?: Handler }>;
export type Load = (folder: string) => Promise<Exports>;
type Route = { handlers: Map<string, Handler>; refuse: Handler };
type Routes = { fixed: Map<string, Route>; varying: Map<string, Route & { parameter: string }> };

const UNKNOWN: Route = { handlers: new Map(), refuse: notFound.handler };

/**
 * The station of the API. It calls the functions that Next.js would call, which is several times as fast without Next.js.
 * `load` imports the route file of a folder below app/.
 */
export async function apiStation(rows: Endpoint[], load: Load): Promise<Station> {
  const routes = await loadRoutes(rows, load);
  return (request, response) => {
    const found = findRoute(routes, request) ?? findTidied(routes, request);
    if (!found) return false;
    const { route, context } = found;
    return answerBy(route.handlers.get(request.method ?? "") ?? route.refuse, request, response, context);
  };
}

/** Sends the answer of a handler and logs the request. */
export async function answerBy(handler: Handler, request: IncomingMessage, response: ServerResponse, context = NO_PARAMS): Promise<true> {
  const startedAt = performance.now();
  const answer = await handler(new NodeRequest({ req: request, res: response }), context);
  await send(request, response, answer);
  logRequest(request, response, !response.destroyed, startedAt);
  return true;
}

/** Routes by path, or by the path without its parameter: the last part, or the one before. */
async function loadRoutes(rows: Endpoint[], load: Load): Promise<Routes> {
  const routes: Routes = { fixed: new Map(), varying: new Map() };
  for (const [path, ofPath] of Map.groupBy(rows, ({ path }) => path)) {
    const [start = "", parameter, rest = ""] = path.replace(/\/$/, "").split(/[<>]/);
    const exports = await load(`${start}${parameter ? `[${parameter}]${rest}` : ""}`);
    const { refuse, options } = otherMethods(ofPath.map(({ method }) => method));
    const given = METHODS.flatMap((method) => (exports[method] ? [[method, exports[method].handler ?? exports[method]] as const] : []));
    const handlers = new Map<string, Handler>([["OPTIONS", options], ...given]);
    const [get, head] = [handlers.get("GET"), handlers.get("HEAD")];
    if (get && !head) handlers.set("HEAD", get);
    if (parameter) routes.varying.set(start + rest, { handlers, refuse, parameter });
    else routes.fixed.set(start, { handlers, refuse });
  }
  return routes;
}

function findRoute({ fixed, varying }: Routes, { url = "/" }: IncomingMessage): { route: Route; context?: RouteContext } | null {
  const path = pathOf(url);
  const bare = path.endsWith("/") ? path.slice(0, -1) : path;
  const route = fixed.get(bare);
  if (route) return { route };
  const slash = bare.lastIndexOf("/") + 1;
  const last = varying.get(bare.slice(0, slash));
  if (last) return withParameter(last, bare.slice(slash));
  const before = bare.lastIndexOf("/", slash - 2) + 1;
  const inside = varying.get(bare.slice(0, before) + bare.slice(slash - 1));
  if (inside) return withParameter(inside, bare.slice(before, slash - 1));
  const unknown = bare === "/auth" || (bare.startsWith("/auth/") && bare !== "/auth/docs");
  return unknown ? { route: UNKNOWN } : null;
}

const withParameter = (route: Route & { parameter: string }, value: string) => ({
  route,
  context: { params: Promise.resolve({ [route.parameter]: decode(value) }) },
});

/** An address in an unusual spelling. Usual ones are found without normalising. */
function findTidied(routes: Routes, request: IncomingMessage) {
  tidyTarget(request);
  return findRoute(routes, request);
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return ""; // matches nothing
  }
}
