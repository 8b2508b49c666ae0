import { STATUS_CODES } from "node:http";
import { apiHeaders } from "./security-headers.ts";

/** The answer of a handler. Next.js gets it as a `Response`; the front door writes it itself. */
export type Answer = { status: number; headers: Record<string, string>; body: string | Uint8Array<ArrayBuffer> | null };

/** A JSON answer of the API, or one without a body for 204. */
export function json(status: number, requestId: string, body: unknown, headers?: Record<string, string>): Answer {
  if (status === 204) return empty(status, requestId, headers);
  return textAnswer(status, requestId, "application/json; charset=utf-8", JSON.stringify(body), headers);
}

export function problemJson(status: number, requestId: string, body: unknown, headers?: Record<string, string>): Answer {
  return textAnswer(status, requestId, "application/problem+json; charset=utf-8", JSON.stringify(body), headers);
}

export function empty(status: number, requestId: string, headers?: Record<string, string>): Answer {
  return { status, headers: { ...apiHeaders(), "x-request-id": requestId, ...headers }, body: null };
}

function textAnswer(status: number, requestId: string, type: string, body: string, headers?: Record<string, string>): Answer {
  return { status, headers: { ...apiHeaders(), "x-request-id": requestId, "content-type": type, ...headers }, body };
}

export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, statusText: STATUS_CODES[status], headers });
}
