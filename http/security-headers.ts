import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { config } from "#accounts/config.ts";

const TWO_YEARS_SECONDS = 63_072_000;
const NONCE_BYTES = 18; // 144 bits; a UUID has too few to count as unguessable (ASVS 11.5.1)
const INERT = "default-src 'none'; frame-ancestors 'none'";

let forApi: Record<string, string> | undefined;

/** For JSON: nothing in it may run, be framed, be embedded elsewhere or be kept. Made once. */
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

/** The nonce in the headers that a page's answer has already; empty without. */
export function nonceOf(response: Pick<ServerResponse, "getHeader">): string {
  return String(response.getHeader("content-security-policy")).match(/'nonce-([\w-]+)'/)?.[1] ?? "";
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

/** For uploaded pictures: shown as what they are, by pages of other origins too, and inert even if opened by themselves. */
export function pictureHeaders(): Record<string, string> {
  return {
    ...everywhere(),
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
  };
}

/** For scripts and styles, which hold nothing of anybody: as pages of their own they are inert. */
export const staticHeaders = (): Record<string, string> => ({ ...everywhere(), "content-security-policy": INERT });

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
