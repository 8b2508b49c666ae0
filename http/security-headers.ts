import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { config } from "#accounts/config.ts";

const TWO_YEARS_SECONDS = 63_072_000;
const NONCE_BYTES = 18; // 144 bits; a UUID has 122, fewer than the 128 of ASVS 11.5.1
const INERT = "default-src 'none'; frame-ancestors 'none'";

let forApi: Record<string, string> | undefined;

/** The headers of JSON answers: no scripts, framing, embedding or caching. Created once. */
export function apiHeaders(): Record<string, string> {
  forApi ??= {
    ...everywhere(),
    "cache-control": "no-store",
    "content-security-policy": INERT,
    "referrer-policy": "no-referrer",
  };
  return forApi;
}

export const newNonce = (): string => randomBytes(NONCE_BYTES).toString("base64url");

/** The nonce in the headers of an answer; empty if there is none. */
export function nonceOf(response: Pick<ServerResponse, "getHeader">): string {
  return String(response.getHeader("content-security-policy")).match(/'nonce-([\w-]+)'/)?.[1] ?? "";
}

/** The pages of mailed links, whose address has a secret in it until it is used. */
const LINK_PAGE = /^\/(reset-password|verify-email|undo-email-change|not-me)([/?]|$)/;

/** The HTML of a mail, in a frame of its page. */
const MAIL_HTML = /^\/mail\/[^/]+\/html([/?]|$)/;

/** The operator's logo. */
const LOGO = /^\/site-logo([/?]|$)/;

/** The headers of the page at this path: scripts run only with the nonce of this answer. */
export function pageHeaders(nonce: string, path: string): Record<string, string> {
  if (MAIL_HTML.test(path)) return mailHeaders();
  if (LOGO.test(path)) return logoHeaders();
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
    "referrer-policy": LINK_PAGE.test(path) ? "no-referrer" : "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), publickey-credentials-get=(self)",
  };
}

/** The headers of pictures: shown only as images, on pages of other origins too, and inert when opened directly. */
export function pictureHeaders(): Record<string, string> {
  return {
    ...everywhere(),
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
  };
}

/** The headers of the operator's logo: an SVG may have styles, and nothing in it runs. */
function logoHeaders(): Record<string, string> {
  return { ...everywhere(), "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox" };
}

/** The headers of a mail's HTML: inert but for its styles, which have no nonce, and its links, which open in the whole window. */
function mailHeaders(): Record<string, string> {
  return {
    ...everywhere(),
    "cache-control": "no-store",
    "content-security-policy": [
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'self'",
      "sandbox allow-top-navigation-by-user-activation",
    ].join("; "),
    "referrer-policy": "no-referrer",
  };
}

/**
 * The headers of scripts and styles, which contain no personal data and are inert when opened directly. Only documents need an
 * opener policy, and a page has a dozen such files.
 */
export function staticHeaders(): Record<string, string> {
  const { "cross-origin-opener-policy": _, ...needed } = everywhere();
  return { ...needed, "content-security-policy": INERT };
}

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
