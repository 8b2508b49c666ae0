import { withinRequest } from "#db/engine.ts";
import { type Answer, empty, toResponse } from "./answer.ts";
import { withCors } from "./cors.ts";
import { HttpError } from "./problem.ts";
import { errorAnswer } from "./refusal.ts";
import { requestIdOf } from "./request-id.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

export type RouteContext = { params: Promise<Record<string, string | string[] | undefined> | undefined> };
export type Handler = (request: Request, context: RouteContext) => Promise<Answer>;
/** A handler and the method of its row. */
export type Served = { method: Method; handler: Handler };
/** An export of a route file. Next.js calls it; the front door calls the handler in it. */
export type Exported = ((request: Request, context?: RouteContext) => Promise<Response>) & { handler: Handler };

/** The exports for an address without a parameter. */
export const NO_PARAMS: RouteContext = { params: Promise.resolve({}) };

/**
 * All exports of a route file: the handlers by the methods of their rows, HEAD, OPTIONS, and 405 with `Allow` for the rest.
 */
export function route(...served: Served[]) {
  const { refuse, options } = otherMethods(served.map(({ method }) => method));
  const refused = exported(refuse);
  const handlers = Object.fromEntries(served.map(({ method, handler }) => [method, exported(handler)]));
  const { GET: HEAD = refused } = handlers;
  return { GET: refused, HEAD, POST: refused, PUT: refused, PATCH: refused, DELETE: refused, OPTIONS: exported(options), ...handlers };
}

/** The answers of an address with these methods to OPTIONS and to all other methods. */
export function otherMethods(methods: Method[]): { refuse: Handler; options: Handler } {
  const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  const refuse = answering(() => {
    throw new HttpError("method_not_allowed", { headers: { allow } });
  });
  return { refuse, options: answering((_, requestId) => empty(204, requestId, { allow })) };
}

/** A handler as Next.js calls it. */
export function exported(handler: Handler): Exported {
  return Object.assign(async (request: Request, context = NO_PARAMS) => toResponse(await handler(request, context)), { handler });
}

/** Wraps a function in the error handling that every address has. */
export function answering(answer: (request: Request, requestId: string, context: RouteContext) => Promise<Answer> | Answer): Handler {
  return async (request, context) => {
    const requestId = requestIdOf(request.headers.get("x-request-id"));
    try {
      return withCors(request, await withinRequest(() => answer(request, requestId, context)));
    } catch (error) {
      return withCors(request, errorAnswer(error, requestId));
    }
  };
}

/** The answer for an unknown address under /auth/. */
export const notFound = exported(
  answering(() => {
    throw new HttpError("not_found");
  }),
);
