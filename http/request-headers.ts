import type { IncomingMessage } from "node:http";
import { isDevelopment } from "#accounts/config.ts";

/**
 * The headers that the service reads, with their maximum lengths. All others are removed first: Next.js matches headers with
 * patterns that take seconds for a few kilobytes, and obeys some that only its own servers should send.
 */
const MAX_LENGTHS = new Map([
  ["accept", 256],
  ["accept-encoding", 256],
  ["accept-language", 256],
  ["access-control-request-headers", 256],
  ["access-control-request-method", 32],
  ["authorization", 16_384],
  ["cache-control", 64],
  ["connection", 64],
  ["content-encoding", 64],
  ["content-length", 32],
  ["content-type", 256],
  ["cookie", 8_192], // includes cookies of other services on this host
  ["host", 256],
  ["if-modified-since", 64],
  ["if-none-match", 256],
  ["next-action", 64],
  ["origin", 256],
  ["range", 64],
  ["referer", 4_096],
  ["sec-fetch-dest", 32],
  ["sec-fetch-mode", 32],
  ["sec-fetch-site", 32],
  ["sec-fetch-user", 8],
  ["transfer-encoding", 64],
  ["x-request-id", 64],
  ["x-forwarded-host", 256],
  ["x-latchkey-client-address", 64],
]);
/*
 * Additional headers under `next dev`, which its scripts send. In production, pages are always loaded as a whole.
 */
const MAX_LENGTHS_IN_DEVELOPMENT = new Map([
  ["next-hmr-refresh", 1],
  ["next-router-prefetch", 8],
  ["next-router-segment-prefetch", 256],
  ["next-router-state-tree", 4_096],
  ["next-url", 1_024],
  ["rsc", 1],
  ["x-nextjs-html-request-id", 64],
  ["x-nextjs-request-id", 64],
]);
const NONE = -1;
const MAX_USER_AGENT_LENGTH = 400; // cut instead of removed, because the beginning identifies the browser

/** Removes all other headers from a request, in both places where Node keeps them. */
export function boundHeaders(request: IncomingMessage): void {
  const { headers, rawHeaders } = request;
  for (const name of Object.keys(headers)) {
    const value = String(headers[name]);
    if (name === "user-agent") headers[name] = value.slice(0, MAX_USER_AGENT_LENGTH);
    else if (value.length > longest(name)) delete headers[name];
  }
  rawHeaders.splice(0, rawHeaders.length, ...Object.entries(headers).flatMap(([name, value]) => [name, String(value)]));
}

function longest(name: string): number {
  const inDevelopment = isDevelopment() ? MAX_LENGTHS_IN_DEVELOPMENT.get(name) : undefined;
  return MAX_LENGTHS.get(name) ?? inDevelopment ?? NONE;
}
