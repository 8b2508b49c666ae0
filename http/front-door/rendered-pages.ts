import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { config } from "#accounts/config.ts";
import { DEFAULT_SITE_NAME } from "#accounts/settings.ts";
import { nonceOf } from "#http/security-headers.ts";
import { servedBuild } from "./builds.ts";
import type { Station } from "./stations.ts";

/** The pages that look the same to every signed-out visitor, except for the nonce of their scripts. */
export const KEPT_PATHS = ["/login/", "/register/"];
export const KEPT_FILE = "rendered-pages.json";

/** A rendered page: its headers, and its text split at the nonce. */
export type KeptPage = { headers: Record<string, string>; pieces: string[] };

let kept: Record<string, KeptPage> | undefined;

/** Answers with a page that the build rendered, much faster than Next.js. Returns false for everything else. */
export const renderedPages: Station = (request, response) => {
  const page = isPlainVisit(request) && pages()[request.url ?? ""];
  if (!page) return false;
  for (const [name, value] of Object.entries(page.headers)) response.setHeader(name, value);
  const text = page.pieces.join(nonceOf(response));
  const zipped = /\bgzip\b/.test(String(request.headers["accept-encoding"]));
  if (zipped) response.setHeader("content-encoding", "gzip");
  response.end(zipped ? gzipSync(text) : text);
  return true;
};

function pages(): Record<string, KeptPage> {
  const file = join(servedBuild(), KEPT_FILE);
  kept ??= existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, KeptPage>) : {};
  return kept;
}

/** Whether a request has no cookie that changes the page: a session's, a notice's or that of a theme. */
function isPlainVisit({ method, url = "", headers }: IncomingMessage): boolean {
  return method === "GET" && KEPT_PATHS.includes(url) && !/session|notice|theme/.test(headers.cookie ?? "") && !isBranded();
}

/** Whether the operator has given the service its own look, which the build didn't know. */
function isBranded(): boolean {
  const { siteName, siteLogo, siteColor, supportUrl, supportEmail, privacyUrl, termsUrl } = config();
  return siteName !== DEFAULT_SITE_NAME || [siteLogo, siteColor, supportUrl, supportEmail, privacyUrl, termsUrl].some(Boolean);
}
