import { config } from "#accounts/config.ts";

/** Redirects the browser to a path on this site, with GET. */
export function seeOther(path: string, headers?: Record<string, string>): Response {
  return new Response(null, { status: 303, headers: { location: config().publicUrl + path, "cache-control": "no-store", ...headers } });
}
