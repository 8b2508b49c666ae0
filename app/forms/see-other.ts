import { config } from "#accounts/config.ts";
import type { Answer } from "#http/answer.ts";

/** Redirects the browser to a path on this site, with GET. */
export function seeOther(path: string, headers?: Record<string, string>): Answer {
  return { status: 303, headers: { location: config().publicUrl + path, "cache-control": "no-store", ...headers }, body: null };
}
