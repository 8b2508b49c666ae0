import { config } from "#accounts/config.ts";

const MAX_PATH_LENGTH = 1_000;

/**
 * The path to open after signing in, or `otherwise` if `next` is not a path on this site (open redirect). Browsers drop tabs
 * and line breaks and read "\" as "/", so the check is on the parsed URL.
 */
export function innerPath(next: unknown, otherwise: string): string {
  if (typeof next !== "string" || !next.startsWith("/") || next.length > MAX_PATH_LENGTH) return otherwise;
  const { publicUrl } = config();
  const url = URL.parse(next, publicUrl);
  if (url?.origin !== publicUrl || /^\/[/\\]|\\|%5c/i.test(url.pathname)) return otherwise;
  return url.pathname + url.search;
}
