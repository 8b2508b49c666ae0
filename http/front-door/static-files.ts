import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { staticHeaders } from "#http/security-headers.ts";
import { servedBuild } from "./builds.ts";
import type { Station } from "./stations.ts";

const TYPES: Record<string, string> = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" };

/**
 * Sends scripts and styles that the build has compressed with Brotli, if the browser accepts it. Returns false for other files,
 * other browsers and missing files, which Next.js answers.
 */
export const staticFiles: Station = async (request, response) => {
  const [path, , type = ""] = request.url?.match(/^\/_next\/static(\/[\w~-][\w.~-]*)+\.(js|css)$/) ?? [];
  if (!path || request.method !== "GET" || !/\bbr\b/.test(String(request.headers["accept-encoding"]))) return false;
  const bytes = await readFile(join(servedBuild(), `${path.slice("/_next".length)}.br`)).catch(() => null);
  if (!bytes) return false;
  response.writeHead(200, {
    ...staticHeaders(),
    "content-type": TYPES[type],
    "content-encoding": "br",
    "content-length": bytes.length,
    "cache-control": "public, max-age=31536000, immutable", // the name changes with the content
    vary: "Accept-Encoding",
  });
  response.end(bytes);
  return true;
};
