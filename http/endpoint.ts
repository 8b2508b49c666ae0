import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import * as z from "zod/mini";
import { type Caller, callerFrom } from "#accounts/caller.ts";
import { config } from "#accounts/config.ts";
import { parseAndInspect } from "#accounts/contract/input.ts";
import { AccountsError } from "#accounts/errors.ts";
import { spend } from "#accounts/limits/budgets.ts";
import { networkOf } from "#accounts/limits/known-devices.ts";
import { findSession } from "#accounts/sessions/sessions.ts";
import { StorageError, storageErrorFor } from "#db/errors.ts";
import { queryValues, withBody } from "./body.ts";
import { clientAddress } from "./client-address.ts";
import { log, logged } from "./log.ts";
import { DoorError, type Problem, type ProblemCode, problemBody, problems } from "./problem.ts";
import { isCrossSite } from "./same-origin.ts";
import { apiHeaders } from "./security-headers.ts";

/** What the document groups its operations by. */
export const TAGS = {
  Account: "Registering, and what belongs to the own account.",
  Sessions: "Logging in and out, and the list of places where one is logged in.",
  Service: "About the service itself: rules, documents, health, pictures.",
};
export type Tag = keyof typeof TAGS;

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** One row of the API: what the document says of an address, and what `serve` does for it. */
export type Endpoint<Input extends z.ZodMiniType = z.ZodMiniType, Output extends z.ZodMiniType = z.ZodMiniType> = {
  method: Method;
  /** With `<id>` for the part that varies. */
  path: string;
  summary: string;
  tag: Tag;
  description: string;
  access: "public" | "token";
  input?: Input;
  takesImage?: boolean;
  output?: Output;
  status: number;
  /** The refusals beside those that any address can give. */
  errors?: ProblemCode[];
};

type Refusal = Required<Problem> & { headers: Record<string, string> };
type Asked<Input> = { caller: Caller; input: Input; id: number };
type Run<Input, Output> = (asked: Asked<Input>) => Output | Promise<Output>;
/** Next.js gives one to every route, without params where the path has none; the front door only where it has one. */
type RouteContext = { params: Promise<Record<string, string | string[] | undefined> | undefined> };
export type Handler = (request: Request, context?: RouteContext) => Promise<Response>;

/** The Response that handlers make; the front door puts a quicker one of the same kind in its place. */
export const web: { Response: typeof Response } = { Response };

/** Throws what the domain finds wrong with the fields that the schema lets through, when it refuses others. */
export type Inspect<I extends z.ZodMiniType> = (caller: Caller, valid: Partial<z.output<I>>) => Promise<void>;

/** A handler for one row: reads and checks the request, asks `run`, and answers with what the row's output lets through. */
export function serve<I extends z.ZodMiniType, O extends z.ZodMiniType>(
  endpoint: Endpoint<I, O>,
  run: Run<z.output<I>, z.output<O> | (z.output<O> & { headers: Record<string, string> })>,
  inspect?: Inspect<I>,
): Handler {
  return answering(async (request, requestId, context) => {
    if (refusesCrossSite(endpoint) && isCrossSite(request.headers)) throw new DoorError("cross_site");
    const caller = await callerOf(request, endpoint, requestId);
    const { method, input: schema, output, status } = endpoint;
    const answer = async (raw: unknown) => {
      const input = schema && (await parseAndInspect(schema, raw, inspect && ((valid) => inspect(caller, valid))));
      const id = context ? readId((await context.params)?.id) : NO_ID;
      const result = await logged(caller, () => run({ caller, input: input as z.output<I>, id }));
      const headers = (result as { headers?: Record<string, string> } | undefined)?.headers;
      return json(status, requestId, output && z.parse(output, result), headers);
    };
    if (!schema) return answer(undefined);
    if (method === "GET") return answer(queryValues(schema, request.url));
    return withBody(request, { schema, takesImage: endpoint.takesImage ?? false }, answer);
  });
}

/** Whether an address acts for whoever asks, without a token that only a page of their own could send. */
export const refusesCrossSite = ({ access, method }: Pick<Endpoint, "access" | "method">) => access === "public" && method !== "GET";

/** Wraps what answers by itself (an image, a document) with the error answers that every address gives. */
export function answering(answer: (request: Request, requestId: string, context?: RouteContext) => Promise<Response> | Response): Handler {
  return async (request, context) => {
    const requestId = requestIdOf(request);
    let response: Response;
    try {
      response = await answer(request, requestId, context);
    } catch (error) {
      response = errorAnswer(error, requestId);
    }
    return config().corsOrigins.length > 0 ? withCors(request, response) : response;
  };
}

/** The methods that Next.js looks for in a route file: the given ones, HEAD, OPTIONS, and 405 with `Allow` for the rest. */
export function route(handlers: Partial<Record<Method, Handler>>) {
  const all = { ...handlers, ...(handlers.GET && { HEAD: handlers.GET }) };
  const allow = allowed(Object.keys(handlers));
  const refuse = refuseMethod(allow);
  const options = answering((_, requestId) => new web.Response(null, { status: 204, headers: baseHeaders(requestId, { allow }) }));
  return { GET: refuse, HEAD: refuse, POST: refuse, PUT: refuse, PATCH: refuse, DELETE: refuse, ...all, OPTIONS: options };
}

/** The value of `Allow` for an address that has these methods. */
export function allowed(methods: string[]): string {
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
}

export const refuseMethod = (allow: string): Handler =>
  answering(() => {
    throw new DoorError("method_not_allowed", { headers: { allow } });
  });

/** Lets scripts of the configured origins, and no others, read the answer; never with cookies. */
function withCors(request: Request, response: Response): Response {
  response.headers.append("vary", "Origin");
  const origin = request.headers.get("origin");
  if (!origin || !config().corsOrigins.includes(origin)) return response;
  response.headers.set("access-control-allow-origin", origin);
  response.headers.set("access-control-expose-headers", "Location, Retry-After, X-Request-Id");
  if (request.method === "OPTIONS") {
    response.headers.set("access-control-allow-methods", response.headers.get("allow") ?? "");
    response.headers.set("access-control-allow-headers", "Authorization, Content-Type, X-Request-Id");
    response.headers.set("access-control-max-age", "600");
  }
  return response;
}

/** The answer to an address under /auth/ that does not exist. */
export const notFound: Handler = answering(() => {
  throw new DoorError("not_found");
});

export function json(status: number, requestId: string, body: unknown, headers?: Record<string, string>): Response {
  if (status === 204) return new web.Response(null, { status, headers: baseHeaders(requestId) });
  return new web.Response(JSON.stringify(body), {
    status,
    statusText: STATUS_CODES[status],
    headers: baseHeaders(requestId, { "content-type": "application/json; charset=utf-8", ...headers }),
  });
}

/** A problem+json answer (RFC 9457) for anything thrown; what is not meant for the client is logged instead. */
export function errorAnswer(error: unknown, requestId: string): Response {
  const { headers, ...problem } = describeError(error, requestId);
  const { status } = problems[problem.code];
  return new web.Response(JSON.stringify(problemBody(problem, requestId)), {
    status,
    statusText: STATUS_CODES[status],
    headers: baseHeaders(requestId, { "content-type": "application/problem+json; charset=utf-8", ...headers }),
  });
}

/** What a thrown error means to the outside. */
export function describeError(error: unknown, requestId: string): Refusal {
  const storage = error instanceof StorageError ? error : storageErrorFor(error);
  if (storage) {
    log().error({ request_id: requestId, err: storage.cause ?? storage }, "storage unavailable");
    const { detail } = problems.storage_unavailable;
    return { code: "storage_unavailable", detail, fields: [], headers: { "retry-after": String(storage.retryAfterSeconds) } };
  }
  if (error instanceof DoorError) return { code: error.code, detail: error.message, fields: [], headers: error.headers };
  if (error instanceof AccountsError) {
    const headers: Record<string, string> = {};
    if (error.retryAfterSeconds) headers["retry-after"] = String(error.retryAfterSeconds);
    if (problems[error.code].status === 401) headers["www-authenticate"] = challenge(error.code);
    return { code: error.code, detail: error.message, fields: error.fields, headers };
  }
  log().error({ request_id: requestId, err: error }, "unexpected error");
  return { code: "internal_error", detail: problems.internal_error.detail, fields: [], headers: {} };
}

/** RFC 9110 11.6.1 asks for a challenge in every 401; RFC 6750 names the error where the token is the reason. */
export function challenge(code: ProblemCode): string {
  const aboutToken = code === "authentication_required" || code === "invalid_token";
  return `Bearer realm="latchkey"${aboutToken ? ', error="invalid_token"' : ""}`;
}

async function callerOf(request: Request, endpoint: Pick<Endpoint, "access">, requestId: string): Promise<Caller> {
  const ip = clientAddress(request.headers);
  const userAgent = request.headers.get("user-agent");
  if (endpoint.access === "public") return callerFrom(ip, userAgent, { requestId });
  const [, token] = request.headers.get("authorization")?.match(/^(?:bearer|token)[ \t]+(.*)$/i) ?? [];
  if (!token?.trim()) throw new AccountsError("authentication_required");
  const found = await findSession(token.trim(), ip);
  if (!found) {
    spend("invalid_tokens", networkOf({ ip }));
    throw new AccountsError("invalid_token");
  }
  return callerFrom(ip, userAgent, { ...found, requestId });
}

/** A well-formed request id of the client's is kept, so that its logs and ours can be laid side by side. */
export function requestIdOf(request: { headers: Pick<Headers, "get"> }): string {
  const given = request.headers.get("x-request-id");
  return given && /^[\w.:-]{1,64}$/.test(given) ? given : newRequestId();
}

export const newRequestId = (): string => randomUUID();

const NO_ID = 0; // belongs to nothing

/** Only the canonical spelling is an id. */
function readId(text: unknown): number {
  return typeof text === "string" && /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : NO_ID;
}

function baseHeaders(requestId: string, more?: Record<string, string>): Record<string, string> {
  return { ...apiHeaders(), "x-request-id": requestId, ...more };
}
