import { OPERATIONS, type Operations, type Problem } from "./api.ts";
import { LatchkeyError, LatchkeyUnavailableError } from "./errors.ts";

const ANSWER_MS = 30_000;

type Operation = Operations[keyof Operations];
type IdOf<O> = O extends { id: infer Id } ? [id: Id] : [];
type InputOf<O> = O extends { input: infer Input } ? (Record<never, never> extends Input ? [input?: Input] : [input: Input]) : [];

/** A method for each operation of the API: the id in its path, if it has one, and its input, if it takes one. */
export type LatchkeyClient = {
  [Name in keyof Operations]: (...asked: [...IdOf<Operations[Name]>, ...InputOf<Operations[Name]>]) => Promise<Operations[Name]["output"]>;
};

export type ClientOptions = {
  /** Where Latchkey is, as in `https://accounts.example.org`. */
  url: string;
  /** The token of a session, or a service key. */
  token?: string;
  /** Sent with every request, such as `X-Forwarded-For` or `User-Agent`. */
  headers?: Record<string, string>;
  /** Breaks off what is under way. */
  signal?: AbortSignal;
};

/**
 * A client of the API. Its methods throw a `LatchkeyError` when Latchkey refuses, and a `LatchkeyUnavailableError` when no answer
 * comes. Making one is cheap: make one for each token.
 */
export function createClient(options: ClientOptions): LatchkeyClient {
  const base = new URL(options.url).href.replace(/\/+$/, "");
  const methods = Object.entries(OPERATIONS).map(([name, [method, path]]) => [
    name,
    (...asked: unknown[]) => {
      const hasId = path.includes("{");
      const target = hasId ? path.replace(/\{\w+\}/, encodeURIComponent(String(asked[0]))) : path;
      return ask(options, method, base + target, asked[hasId ? 1 : 0] as Input | undefined);
    },
  ]);
  return Object.fromEntries(methods);
}

type Input = Record<string, unknown>;

async function ask(options: ClientOptions, method: Operation["method"], address: string, input: Input | undefined): Promise<unknown> {
  const url = new URL(address);
  const headers = new Headers(options.headers);
  headers.set("accept", "application/json");
  if (options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);
  let body: string | FormData | undefined;
  if (method === "GET") {
    for (const [name, value] of given(input)) url.searchParams.set(name, String(value));
  } else if (input) {
    body = bodyOf(input);
    if (typeof body === "string") headers.set("content-type", "application/json");
  }
  const timeout = AbortSignal.timeout(ANSWER_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  try {
    // Never kept, and never sent to another address: both hold secrets.
    return await read(await fetch(url, { method, headers, body, signal, cache: "no-store", redirect: "error" }));
  } catch (cause) {
    if (cause instanceof LatchkeyError || options.signal?.aborted) throw cause;
    throw new LatchkeyUnavailableError(`Latchkey gave no answer to ${method} ${address} that can be read.`, { cause });
  }
}

const given = (input: Input | undefined) => Object.entries(input ?? {}).filter(([, value]) => value !== undefined);

/** JSON, or a multipart form if there is a file. */
function bodyOf(input: Input): string | FormData {
  if (!Object.values(input).some((value) => value instanceof Blob)) return JSON.stringify(input);
  const form = new FormData();
  for (const [name, value] of given(input)) form.append(name, value instanceof Blob ? value : String(value ?? ""));
  return form;
}

async function read(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (answer.ok) return text ? JSON.parse(text) : undefined;
  const problem = JSON.parse(text) as Problem;
  if (typeof problem?.code !== "string") throw new Error(`It answered ${answer.status}.`);
  throw new LatchkeyError(problem, Number(answer.headers.get("retry-after")) || undefined);
}
