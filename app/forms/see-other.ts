import { config } from "#accounts/config.ts";

/** Sends the browser to an inner address, with GET whatever was sent here. */
export function seeOther(path: string, headers?: Record<string, string>): Response {
  return new Response(null, { status: 303, headers: { location: config().publicUrl + path, "cache-control": "no-store", ...headers } });
}
