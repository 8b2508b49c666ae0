import type { IncomingMessage, ServerResponse } from "node:http";
import { clientAddressOf } from "#http/client-address.ts";
import { logAnswer } from "#http/log.ts";
import { askedTarget } from "#http/request-target.ts";

const MAX_LOGGED_PATH_LENGTH = 200;

/** Logs a request once it has been answered. */
export function logRequest(request: IncomingMessage, { statusCode }: ServerResponse, isSent: boolean, startedAt: number): void {
  const { headers, method = "" } = request;
  logAnswer({
    requestId: String(headers["x-request-id"]),
    method,
    path: pathOf(askedTarget(request)).slice(0, MAX_LOGGED_PATH_LENGTH),
    status: isSent ? statusCode : "aborted",
    ms: performance.now() - startedAt,
    ip: clientAddressOf(request),
  });
}

export const pathOf = (target: string): string => target.split("?", 1)[0] ?? "";
