import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { staticHeaders } from "#http/security-headers.ts";
import { builds, servedBuild } from "./builds.ts";
import type { Station } from "./stations.ts";

const TYPES: Record<string, string> = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" };
const ICONS: Record<string, string> = {
  "/icon.svg": "image/svg+xml",
  "/favicon.ico": "image/x-icon",
  "/apple-touch-icon.png": "image/png",
};

/**
 * Sends scripts and styles that the build has compressed with Brotli, if the browser accepts it, and those of other builds:
 * while processes are replaced after an upgrade, a page and its scripts may come from processes with different builds. Returns
 * false for other files, other browsers and missing files, which Next.js answers.
 */
export const staticFiles: Station = async (request, response) => {
  const [path, , type = ""] = request.url?.match(/^\/_next\/static(\/[\w~-][\w.~-]*)+\.(js|css)$/) ?? [];
  if (!path || request.method !== "GET") return false;
  const isCompressed = /\bbr\b/.test(String(request.headers["accept-encoding"]));
  const bytes = await find(path.slice("/_next".length), isCompressed ? ".br" : "");
  if (!bytes) return false;
  response.writeHead(200, {
    ...staticHeaders(),
    "content-type": TYPES[type],
    ...(isCompressed && { "content-encoding": "br" }),
    "content-length": bytes.length,
    "cache-control": "public, max-age=31536000, immutable", // the name changes with the content
    vary: "Accept-Encoding",
  });
  response.end(bytes);
  return true;
};

/** The content of a file with this ending; null if it isn't compressed and in the served build, or is missing. */
async function find(path: string, ending: string): Promise<Buffer | null> {
  const read = (folder: string) => readFile(join(folder, path + ending)).catch(() => null);
  const own = ending ? await read(servedBuild()) : null;
  if (own || existsSync(join(servedBuild(), path))) return own;
  for (const folder of builds()) {
    const bytes = await read(folder);
    if (bytes) return bytes;
  }
  return null;
}

/** Sends the icons of public/, which browsers keep for a day: Next.js would have them asked for again on every page. */
export const icons: Station = async (request, response) => {
  const type = request.method === "GET" && ICONS[request.url?.split("?")[0] ?? ""];
  if (!type) return false;
  const bytes = await readFile(join("public", request.url?.split("?")[0] ?? ""));
  response.writeHead(200, {
    ...staticHeaders(),
    "content-type": type,
    "content-length": bytes.length,
    "cache-control": "public, max-age=86400",
  });
  response.end(bytes);
  return true;
};
