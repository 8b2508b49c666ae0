import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { config, isDevelopment } from "#accounts/config.ts";
import { forgetShown } from "../notice-cookie.ts";
import { isHidden } from "../same-origin.ts";
import { newNonce, pageHeaders } from "../security-headers.ts";

const API = /^\/(auth(?!\/docs\b)|health|avatars)\b/; // answers of the API set their own headers

/** Sets the headers of pages under `next dev`, where there is no front door to do it. */
export function sendDevelopmentHeaders(): void {
  if (!isDevelopment()) return;
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (API.test(request.url ?? "")) return;
    const headers = developmentHeaders(newNonce(), request.url ?? "/");
    if (isHidden(request.headers.origin, request.headers["sec-fetch-site"]?.toString())) request.headers.origin = config().publicUrl;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    request.headers["content-security-policy"] = headers["content-security-policy"]; // Next.js reads the nonce from here
    forgetShown(request, response);
  });
}

/**
 * The headers of production with two exceptions in the policy: React's development build evaluates strings to show where an
 * error comes from, and the error overlay has styles without a nonce.
 */
export function developmentHeaders(nonce: string, path: string): Record<string, string> {
  const headers = pageHeaders(nonce, path);
  const policy = headers["content-security-policy"]
    ?.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'")
    .replace(`style-src 'self' 'nonce-${nonce}'`, "style-src 'self' 'unsafe-inline'");
  return { ...headers, "content-security-policy": policy as string };
}
