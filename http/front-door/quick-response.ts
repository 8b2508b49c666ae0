import type { ServerResponse } from "node:http";

type Init = { status?: number; statusText?: string; headers?: Record<string, string> };

/**
 * As much of a Response as our handlers use, for the front door: text or bytes with the headers as they were given, and a
 * Headers object only for whoever asks for one. Node's own Response would cost a quarter of a token check.
 */
export class QuickResponse {
  readonly status: number;
  readonly #statusText: string | undefined;
  readonly #body: string | Uint8Array | null;
  readonly #given: Record<string, string>;
  #headers: Headers | undefined;

  constructor(body: string | Uint8Array | null, { status = 200, statusText, headers = {} }: Init = {}) {
    this.status = status;
    this.#statusText = statusText;
    this.#body = body;
    this.#given = headers;
  }

  get headers(): Headers {
    this.#headers ??= new Headers(this.#given);
    return this.#headers;
  }

  /** Sends head and body in one write: in two they cost a quarter of a token check. */
  sendBy(response: ServerResponse): void {
    const headers: Record<string, string | number> = this.#headers ? Object.fromEntries(this.#headers) : this.#given;
    const body = this.#body;
    if (body !== null) headers["content-length"] = typeof body === "string" ? Buffer.byteLength(body) : body.length;
    response.writeHead(this.status, this.#statusText, headers);
    response.end(body);
  }
}
