import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

const NO_ADDRESS = "/auth/-/"; // of the API: problem+json on either host
const NO_PAGE = "/-/";
const UNREADABLE = "";

// No slash in front, two in a row, a backslash, a fragment, a dot segment: what Next.js would redirect, resolve or fail on.
const ODD_PATH = /^[^/]|\/\/|[\\#]|\/(?:\.|%2e){1,2}(?:\/|$)/i;
const asked = new WeakMap<IncomingMessage, string>();
const API_PATH = /[/\\](?:auth|avatars|health)(?:[/\\]|$)/i;

/**
 * Makes an absolute-form target (RFC 9112 3.2.2) the path in it, whatever its authority, since this is no proxy. A target
 * that Next.js would answer with a redirect or a 500 becomes an address that does not exist. Call it before anything reads the URL.
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

/** The target as the client sent it, for the log. */
export const askedTarget = (request: IncomingMessage): string => asked.get(request) ?? request.url ?? "";

/** Does so from now on for every HTTP server of this process. */
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
