import { config } from "#accounts/config.ts";

const LONGEST = 1_000;

/**
 * The path to go to after signing in, or `otherwise` for anything that is not an inner address. Browsers drop tabs and
 * line breaks and read "\" as "/", so the judgement is made on what the URL parser makes of it.
 */
export function innerPath(next: unknown, otherwise: string): string {
  if (typeof next !== "string" || !next.startsWith("/") || next.length > LONGEST) return otherwise;
  const { publicUrl } = config();
  const url = URL.parse(next, publicUrl);
  if (url?.origin !== publicUrl || /^\/[/\\]|\\|%5c/i.test(url.pathname)) return otherwise;
  return url.pathname + url.search;
}
