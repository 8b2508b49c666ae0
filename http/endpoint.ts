import * as z from "zod/mini";
import type { Caller } from "#accounts/caller.ts";
import { config } from "#accounts/config.ts";
import { parseAndInspect } from "#accounts/contract/input.ts";
import { withQuota } from "#accounts/limits/quota-notes.ts";
import type { ExportFile } from "#accounts/transfer/export-files.ts";
import { download, json, tagged } from "./answer.ts";
import { queryValues, withBody } from "./body.ts";
import { type Access, type CallerBy, callerOf } from "./caller.ts";
import { logged } from "./log.ts";
import { HttpError, type ProblemCode } from "./problem.ts";
import { quotaHeaders } from "./refusal.ts";
import { answering, type Handler, type Method, type Served } from "./route.ts";
import { isCrossSite } from "./same-origin.ts";

/** The tags that group operations in the OpenAPI document. */
export const TAGS = {
  Account: "Registration, and your own account.",
  Email: "Links in emails: forgotten passwords, proof of an address.",
  Factors: "Passkeys and second factors: logging in with them, adding and removing them.",
  Sessions: "Logging in and out, and where you are logged in.",
  Services: "For other services, with a service key that the operator made.",
  Service: "About the service itself: rules, documents, health, pictures.",
};

/** A row of the API: what the OpenAPI document says about an address, and what `serve` does. */
export type Endpoint = {
  method: Method;
  /** The path, with `<id>` for the parameter. */
  path: string;
  summary: string;
  tag: keyof typeof TAGS;
  description: string;
  access: Access;
  input?: z.ZodMiniType;
  takesImage?: boolean;
  output?: z.ZodMiniType;
  status: number;
  /** The path in `Location`, where the client finds what was created. */
  location?: string;
  /** The answer has an ETag, and `If-None-Match` gets 304. */
  hasTag?: boolean;
  /** It may wait for something, and gets a signal that says when the client has gone. */
  waits?: boolean;
  /** It answers with a file, which `output` describes where it is JSON, and which is sent while it is made. */
  downloads?: "application/zip";
  /** Headers that carry the result, by name, with what they say. */
  carries?: Record<string, string>;
  /** The refusals, in addition to those that every address can give. */
  errors?: readonly ProblemCode[];
};

type InputOf<E extends Endpoint> = E extends { input: infer I extends z.ZodMiniType } ? z.output<I> : undefined;
type ResultOf<E extends Endpoint> = E extends { downloads: string }
  ? ExportFile
  : E extends { output: infer O extends z.ZodMiniType }
    ? z.output<O>
    : E extends { carries: infer Carried }
      ? Record<keyof Carried, string>
      : unknown;
type SignalOf<E extends Endpoint> = E extends { waits: true } ? { signal: AbortSignal } : unknown;
type IdOf<E extends Endpoint> = E extends { path: `${string}<id>${string}` } ? { id: number } : unknown;
type Asked<E extends Endpoint> = { caller: CallerBy<E["access"]>; input: InputOf<E> } & IdOf<E> & SignalOf<E>;

/** Throws what the domain refuses about valid fields, when the schema refuses others. */
export type Inspect<Input> = (caller: Caller, valid: Partial<Input>) => Promise<void>;

/** The handler of a row: reads and checks the request, calls `run`, and answers with the result, parsed by the row's output schema. */
export function serve<const E extends Endpoint>(
  row: E,
  run: (asked: Asked<E>) => ResultOf<E> | Promise<ResultOf<E>>,
  inspect?: Inspect<InputOf<E>>,
): Served {
  const {
    method,
    path,
    access,
    input: schema,
    takesImage = false,
    output,
    status,
    location,
    carries,
    waits,
    hasTag,
    downloads,
    errors,
  } = row;
  const checksSite = refusesCrossSite(row);
  const hasId = path.includes("<id>");

  const handler = answering(async (request, requestId, context) => {
    if (checksSite && isCrossSite(request.headers)) throw new HttpError("cross_site");
    const caller = await callerOf(request, access, requestId);
    const id = hasId ? { id: readId((await context.params)?.id) } : undefined;
    const answer = async (input?: unknown) => {
      const result = await logged(caller, () => run({ caller, input, ...id, ...(waits && { signal: request.signal }) } as Asked<E>));
      if (downloads) return download(requestId, result as ExportFile);
      const headers = location === undefined ? carries && (result as Record<string, string>) : { location: config().publicUrl + location };
      const answered = json(status, requestId, output && z.parse(output, result), headers);
      return hasTag ? tagged(answered, request.headers) : answered;
    };
    if (!schema) return answer();
    const inspectFields = inspect && ((valid: object) => inspect(caller, valid as Partial<InputOf<E>>));
    const parseAndAnswer = async (raw: unknown) => answer(await parseAndInspect(schema, raw, inspectFields));
    if (method === "GET") return parseAndAnswer(queryValues(schema, request.url));
    return withBody(request, { schema, takesImage }, parseAndAnswer);
  });
  return { method, handler: errors?.includes("rate_limited") ? tellingQuota(handler) : handler };
}

/** The handler of a limited address: its answers say what is left. */
function tellingQuota(handler: Handler): Handler {
  return async (request, context) => {
    const { result, quota } = await withQuota(() => handler(request, context));
    return quota && result.status !== 429 ? { ...result, headers: { ...result.headers, ...quotaHeaders(quota) } } : result;
  };
}

/** Whether an address acts without a token, so that pages on other sites could use it from their visitors' browsers. */
export const refusesCrossSite = ({ access, method }: Pick<Endpoint, "access" | "method">) =>
  access !== "token" && access !== "service" && method !== "GET";

const NO_ID = 0; // no user or session has it

/** The id in a path, or NO_ID for anything but its canonical spelling. */
function readId(text: unknown): number {
  return typeof text === "string" && /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : NO_ID;
}
