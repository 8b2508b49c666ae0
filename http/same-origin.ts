import { config } from "#accounts/config.ts";

/**
 * Whether an unsafe request comes from one of our own pages (OWASP CSRF Prevention: Fetch Metadata with Origin and Referer
 * behind it). Compared with the configured address, never with `Host` or a forwarding header, which an attacker may set.
 * Who says nothing of all this is believed only without a cookie, since without one there is nothing to misuse.
 */
export function isSameOrigin(headers: Pick<Headers, "get">): boolean {
  const site = headers.get("sec-fetch-site");
  if (site && site !== "same-origin" && site !== "none") return false;
  const origin = headers.get("origin");
  if (origin) return origin === config().publicUrl;
  const referer = headers.get("referer");
  if (referer) return URL.parse(referer)?.origin === config().publicUrl;
  return site !== null || headers.get("cookie") === null;
}

/**
 * Whether a browser says that a request to an address without credentials comes from another site: it could guess passwords
 * and make accounts from its visitors' addresses. Programs that are no browsers say nothing, and origins of CORS_ORIGINS may.
 */
export function isCrossSite(headers: Pick<Headers, "get">): boolean {
  const { publicUrl, corsOrigins } = config();
  const origin = headers.get("origin");
  if (origin !== null && corsOrigins.includes(origin)) return false;
  const site = headers.get("sec-fetch-site") ?? "none";
  return (site !== "same-origin" && site !== "none") || (origin !== null && origin !== publicUrl);
}

/** What a form is told that does not come from one of our pages. */
export const fromElsewhere = (): string => `This page was opened at the wrong address. Go to ${config().publicUrl} and try again.`;
