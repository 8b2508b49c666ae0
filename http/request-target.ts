import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

const NO_ADDRESS = "/auth/-/"; // an unknown address of the API: problem+json on either host
const NO_PAGE = "/-/";
const UNREADABLE = "";

// Paths that Next.js would redirect, resolve or fail on: no leading slash, a double slash, backslash, fragment or dot segment.
const ODD_PATH = /^[^/]|\/\/|[\\#]|\/(?:\.|%2e){1,2}(?:\/|$)/i;
const asked = new WeakMap<IncomingMessage, string>();
const API_PATH = /[/\\](?:auth|avatars|health)(?:[/\\]|$)/i;

/**
 * Reduces an absolute-form target (RFC 9112 3.2.2) to its path; the host in it is ignored, because this is no proxy. A target
 * that Next.js would answer with a redirect or 500 becomes an unknown address. Call it before anything reads the URL.
 */
export function tidyTarget(request: IncomingMessage): void {
  const target = request.url ?? "/";
  const origin = target.match(/^https?:\/\/[^/?#\\]+/i)?.[0] ?? "";
  const rest = target.slice(origin.length);
  const tidy = origin && !rest.startsWith("/") ? `/${rest}` : rest;
  const path = tidy.split("?", 1)[0] ?? "";
  const decoded = decode(path);
  const forApi = API_PATH.test(decoded) || !path.startsWith("/");
  const odd = ODD_PATH.test(path) || (forApi && !API_PATH.test(path)) || decoded === UNREADABLE;
  if (odd || origin) asked.set(request, target);
  if (odd) request.url = forApi || API_PATH.test(path) ? NO_ADDRESS : NO_PAGE;
  else if (origin) request.url = tidy;
}

/** The target as the client sent it, for logging. */
export const askedTarget = (request: IncomingMessage): string => asked.get(request) ?? request.url ?? "";

/** Does this for every request of this process's HTTP servers. */
export function tidyEveryTarget(): void {
  subscribe("http.server.request.start", (message) => tidyTarget((message as { request: IncomingMessage }).request));
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return UNREADABLE;
  }
}
