import { type Agent, type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Problem } from "./api.ts";
import { LatchkeyError, LatchkeyUnavailableError } from "./errors.ts";

const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export type Asked = {
  method: "GET" | "POST";
  path: string;
  body?: string;
  timeoutMs: number;
  /** Doesn't keep the process alive. */
  inBackground?: boolean;
  /** Is told how to break the request off. */
  onRequest?: (breakOff: () => void) => void;
};

export type Answer = {
  body: unknown;
  /** The service's clock when it answered, in milliseconds since 1970; undefined if it didn't say. */
  at: number | undefined;
};

/**
 * Requests of a service with its key, on few connections that are kept open. It isn't `fetch`, which frameworks replace by one that
 * keeps answers, and whose requests keep a process alive.
 */
export class Connection {
  readonly #url: string;
  readonly #authorization: string;
  readonly #agent: Agent;
  readonly #underWay = new Set<ClientRequest>();

  constructor({ url, serviceKey, maxSockets }: { url: string; serviceKey: string; maxSockets: number }) {
    const { protocol } = new URL(url); // throws what is wrong with it now, and not at the first request
    this.#url = url.replace(/\/+$/, "");
    this.#authorization = `Bearer ${serviceKey}`;
    this.#agent = new (protocol === "https:" ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets });
  }

  /** Throws `LatchkeyError` for a refusal, and `LatchkeyUnavailableError` if no answer comes within the time. */
  async ask(asked: Asked): Promise<Answer> {
    const startedAt = performance.now();
    try {
      return await this.#askOnce(asked);
    } catch (error) {
      if (!(error instanceof ClosedBeforeError)) throw error;
      return this.#askOnce({ ...asked, timeoutMs: asked.timeoutMs - (performance.now() - startedAt) });
    }
  }

  #askOnce({ method, path, body, timeoutMs, inBackground, onRequest }: Asked): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const url = new URL(this.#url + path);
      const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
        method,
        agent: this.#agent,
        headers: {
          authorization: this.#authorization,
          accept: "application/json",
          ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        },
      });
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${Math.round(timeoutMs)} ms`)), timeoutMs);
      if (inBackground) timer.unref();
      const failed = (cause: NodeJS.ErrnoException) => {
        const wasClosed = request.reusedSocket && (cause.code === "ECONNRESET" || cause.code === "EPIPE");
        const message = `Latchkey at ${url.origin} gave no answer to ${method} ${path.split("?")[0]}: ${cause.message}`;
        reject(new (wasClosed ? ClosedBeforeError : LatchkeyUnavailableError)(message, { cause }));
      };
      this.#underWay.add(request);
      request.on("socket", (socket) => (inBackground ? socket.unref() : socket.ref()));
      request.on("close", () => {
        clearTimeout(timer);
        this.#underWay.delete(request);
      });
      request.on("error", failed);
      request.on("response", (response) => {
        read(response).then(resolve, (error) => (error instanceof LatchkeyError ? reject(error) : failed(error)));
      });
      onRequest?.(() => request.destroy(new Error("broken off")));
      request.end(body);
    });
  }

  /** Breaks off all requests. */
  close(): void {
    for (const request of this.#underWay) request.destroy(new Error("this verifier was closed"));
    this.#agent.destroy();
  }
}

/** The service had closed a connection that was kept open, at the moment when it was used again. */
class ClosedBeforeError extends LatchkeyUnavailableError {}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error("the answer is too large");
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error("the answer was broken off");
  const status = response.statusCode ?? 0;
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
  if (status === 200) return { body, at: Date.parse(response.headers.date ?? "") || undefined };
  const problem = body as Partial<Problem> | null;
  if (typeof problem?.code !== "string") throw new Error(`status ${status}`);
  throw new LatchkeyError(problem as Problem, Number(response.headers["retry-after"]) || undefined);
}
