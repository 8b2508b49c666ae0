import { config } from "#accounts/config.ts";

/**
 * Whether a request comes from one of our own pages (OWASP CSRF Prevention: Fetch Metadata, then Origin, then Referer). Compared
 * with PUBLIC_URL, never with `Host` or a forwarding header, which an attacker may set. A request with none of these headers is
 * accepted only without cookies, because then there is no session to misuse.
 */
export function isSameOrigin(headers: Pick<Headers, "get">): boolean {
  const site = headers.get("sec-fetch-site");
  if (site && site !== "same-origin" && site !== "none") return false;
  const origin = headers.get("origin");
  if (origin && !isHidden(origin, site)) return origin === config().publicUrl;
  const referer = headers.get("referer");
  if (referer) return URL.parse(referer)?.origin === config().publicUrl;
  return site !== null || headers.get("cookie") === null;
}

/**
 * Whether a browser hides the origin of a form on one of our own pages: those whose address has a secret in it have the policy
 * “no-referrer”. No other site can make a browser send this `Sec-Fetch-Site`.
 */
export const isHidden = (origin: string | undefined, site: string | null | undefined): boolean =>
  origin === "null" && site === "same-origin";

/**
 * Whether a browser says that a request to a public address comes from another site, which could guess passwords or create
 * accounts from its visitors' addresses. Origins in CORS_ORIGINS are allowed; programs other than browsers don't say.
 */
export function isCrossSite(headers: Pick<Headers, "get">): boolean {
  const { publicUrl, corsOrigins } = config();
  const origin = headers.get("origin");
  if (origin !== null && corsOrigins.includes(origin)) return false;
  const site = headers.get("sec-fetch-site") ?? "none";
  return (site !== "same-origin" && site !== "none") || (origin !== null && origin !== publicUrl);
}

/** The refusal of a form that doesn't come from one of our pages. */
export const fromElsewhere = (): string => `This page was opened at the wrong address. Go to ${config().publicUrl} and try again.`;
