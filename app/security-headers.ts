import { config } from "#accounts/config.ts";

const TWO_YEARS_SECONDS = 63_072_000;

let forApi: Record<string, string> | undefined;

/** For JSON: nothing in it may run, be framed, be embedded elsewhere or be kept. Made once. */
export function apiHeaders(): Record<string, string> {
  forApi ??= {
    ...everywhere(),
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
  };
  return forApi;
}

/** For pages; scripts run only with this answer's nonce. */
export function pageHeaders(nonce: string): Record<string, string> {
  return {
    ...everywhere(),
    "content-security-policy": [
      "default-src 'self'",
      `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data: blob:",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join("; "),
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), publickey-credentials-get=(self)",
  };
}

/** For uploaded pictures: shown as what they are, and inert even if opened by themselves. */
export function pictureHeaders(): Record<string, string> {
  return { ...everywhere(), "content-security-policy": "default-src 'none'; sandbox", "referrer-policy": "no-referrer" };
}

/** For scripts and styles, which hold nothing of anybody. */
export const staticHeaders = (): Record<string, string> => everywhere();

function everywhere(): Record<string, string> {
  return {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    ...(config().publicUrl.startsWith("https:") && {
      "strict-transport-security": `max-age=${TWO_YEARS_SECONDS}; includeSubDomains`,
    }),
  };
}
