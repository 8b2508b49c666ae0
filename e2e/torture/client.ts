import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { PASSWORD, unique } from "#db/people.ts";
import { loopbackAddress } from "../loopback.ts";

/* Clients: many, quick, each with an address of its own, and watching that no answer tells about our insides. */

export { PASSWORD, unique as newName } from "#db/people.ts";

export type Ask = {
  json?: unknown;
  form?: Record<string, string>;
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
  token?: string;
  timeoutMs?: number;
};

export type Reply = { status: number; headers: IncomingHttpHeaders; text: string; body: any; ms: number };

const TELLING = /node_modules|\bat \w+ \(|\.ts:\d|SQLITE_|select |insert |[^/]\/(home|work|root|app)\//i;
const ANSWER_MS = 60_000;

/** Answers that reveal our insides: a scenario fails if one is here. */
export const telling: string[] = [];

const open = new Set<Client>();

/** Lets go of every connection that a scenario left open. */
export function closeClients(): void {
  for (const client of open) client.close();
}

/** One client: keeps its connections alive, comes from one address. */
export class Client {
  readonly base: string;
  readonly from: string;
  readonly agent: Agent;
  /** Asks once more when the server closed an idle connection at the very moment of asking, as every client has to. */
  persistent = true;

  constructor(base: string, from = newAddress(), sockets = Number.POSITIVE_INFINITY) {
    this.base = base;
    this.from = from;
    this.agent = new Agent({ keepAlive: true, maxSockets: sockets, localAddress: from } as ConstructorParameters<typeof Agent>[0]);
    open.add(this);
  }

  /** Throws when no complete answer came. */
  async ask(method: string, path: string, ask: Ask = {}): Promise<Reply> {
    try {
      return await this.askOnce(method, path, ask);
    } catch (error) {
      if (!this.persistent || !(error as { onIdle?: boolean }).onIdle) throw error;
      return this.askOnce(method, path, ask);
    }
  }

  private askOnce(method: string, path: string, { json, form, raw, headers, token, timeoutMs = ANSWER_MS }: Ask = {}): Promise<Reply> {
    const { hostname, port } = new URL(this.base);
    const body = json !== undefined ? JSON.stringify(json) : form ? new URLSearchParams(form).toString() : raw;
    const type = json !== undefined ? "application/json" : form ? "application/x-www-form-urlencoded" : undefined;
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          hostname,
          port,
          method,
          path,
          agent: this.agent,
          timeout: timeoutMs,
          headers: {
            ...(type && { "content-type": type }),
            ...(method !== "GET" && { "content-length": Buffer.byteLength(body ?? "") }),
            ...(token && { authorization: `Bearer ${token}` }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.on("error", reject);
          response.on("aborted", () => reject(new Error("aborted")));
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString();
            const status = response.statusCode ?? 0;
            if (status >= 400 && TELLING.test(text)) telling.push(`${method} ${path} → ${status}: ${text.slice(0, 200)}`);
            const isJson = /json/.test(response.headers["content-type"] ?? "") && text;
            resolve({ status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null, ms: performance.now() - startedAt });
          });
        },
      );
      asked.on("timeout", () => asked.destroy(new Error("no answer in time")));
      asked.on("error", (error: NodeJS.ErrnoException) =>
        reject(Object.assign(error, { onIdle: asked.reusedSocket && error.code === "ECONNRESET" })),
      );
      asked.end(body);
    });
  }

  register(name = unique(), more: Record<string, unknown> = {}): Promise<Reply> {
    return this.ask("POST", "/auth/create-user/", { json: { email: `${name}@example.org`, username: name, password: PASSWORD, ...more } });
  }

  logIn(name: string, password = PASSWORD): Promise<Reply> {
    return this.ask("POST", "/auth/login/", { json: { email: name.includes("@") ? name : `${name}@example.org`, password } });
  }

  me(token: string): Promise<Reply> {
    return this.ask("GET", "/auth/me/", { token });
  }

  /** Registers and logs in; the token. */
  async newToken(name = unique()): Promise<string> {
    const made = await this.register(name);
    if (made.status !== 201) throw new Error(`registration: ${made.status} ${made.text}`);
    const { status, body, text } = await this.logIn(name);
    if (status !== 200) throw new Error(`log-in: ${status} ${text}`);
    return body.token;
  }

  close(): void {
    this.agent.destroy();
    open.delete(this);
  }
}

let addresses = 0;

/** Loopback has 16 million addresses; nobody gets one twice. */
export function newAddress(): string {
  return loopbackAddress(20, addresses++);
}

/** What of the values lies at or below this part of them; 0 without any. */
export function percentile(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

export const median = (values: number[]): number => percentile(values, 0.5);

/** Asks steadily, `perSecond` times, without waiting for answers, until `stop` is called; the times and statuses. */
export function steadily(perSecond: number, ask: () => Promise<Reply>) {
  const times: number[] = [];
  const statuses: Record<string, number> = {};
  const running = new Set<Promise<void>>();
  const count = (what: string) => {
    statuses[what] = (statuses[what] ?? 0) + 1;
  };
  const one = async () => {
    const startedAt = performance.now();
    try {
      count(String((await ask()).status));
    } catch {
      count("broken");
    }
    times.push(performance.now() - startedAt);
  };
  const timer = setInterval(() => {
    const asked = one().finally(() => running.delete(asked));
    running.add(asked);
  }, 1_000 / perSecond);
  return {
    times,
    statuses,
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      return { times, statuses, p50: percentile(times, 0.5), p99: percentile(times, 0.99), max: Math.max(0, ...times) };
    },
  };
}
