import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { logAnswer } from "#http/log.ts";
import { HttpError, type Problem, problemBody, problems } from "#http/problem.ts";
import { newRequestId } from "#http/request-id.ts";
import { answering, METHODS } from "#http/route.ts";
import { apiHeaders } from "#http/security-headers.ts";
import { answerBy } from "./api.ts";
import type { Station } from "./stations.ts";

const LAST_WORD_MS = 1_000;

const PROBLEMS: Record<string, Problem> = {
  HPE_HEADER_OVERFLOW: { code: "headers_too_large" },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { code: "payload_too_large", detail: "The chunk extensions of the body are too large. Send none." },
  ERR_HTTP_REQUEST_TIMEOUT: { code: "request_timeout" },
};

/** Answers what Node couldn't parse as HTTP, if the client is still connected. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  refuseOn(socket, PROBLEMS[error.code ?? ""] ?? { code: "malformed_request" });
}

/** Refuses CONNECT, which is for proxies. */
export function refuseTunnel({ method = "" }: IncomingMessage, socket: Duplex): void {
  socket.on("error", () => {}); // Node doesn't handle its errors any more
  refuseOn(socket, { code: "method_not_allowed" }, { allow: METHODS.join(", ") }, method);
}

/** Refuses `Expect: something` but 100-continue (RFC 9110 10.1.1). */
export const refuseExpectation: Station = (request, response) => answerBy(expectationFailed, request, response);

const expectationFailed = answering(() => {
  throw new HttpError("expectation_failed", { headers: { connection: "close" } });
});

/** Refuses HTTP/1.1 without a Host (RFC 9112 3.2). */
export const requireHost: Station = (request, response) =>
  request.headers.host === undefined && request.httpVersion === "1.1" && answerBy(withoutHost, request, response);

const withoutHost = answering(() => {
  throw new HttpError("malformed_request", { detail: "HTTP/1.1 needs a Host header.", headers: { connection: "close" } });
});

/** Writes a refusal directly to the socket, and closes the connection. */
export function refuseOn(socket: Duplex, problem: Problem, more: Record<string, string> = {}, method = ""): void {
  const requestId = newRequestId();
  const { status } = problems[problem.code];
  const body = JSON.stringify(problemBody(problem, requestId));
  const headers = {
    ...apiHeaders(),
    ...more,
    "x-request-id": requestId,
    "content-type": "application/problem+json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    date: new Date().toUTCString(),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", body].join("\r\n"));
  logAnswer({ requestId, method, path: "", status, ms: 0, ip: (socket as Socket).remoteAddress ?? "" });
  setTimeout(() => socket.destroy(), LAST_WORD_MS).unref(); // otherwise the client could keep it half open
}
