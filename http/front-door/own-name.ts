import type { IncomingMessage } from "node:http";
import { config, isLoopback } from "#accounts/config.ts";
import type { Station } from "./stations.ts";

/**
 * Redirects pages from http://localhost:8000 to http://127.0.0.1:8000 if that is PUBLIC_URL, because forms would be refused as
 * those of another site. Only between names of this machine, so never behind a proxy.
 */
export const ownName: Station = (request, response) => {
  const location = ownAddress(request);
  if (location) response.writeHead(307, { location, "content-length": 0 }).end();
  return location !== null;
};

function ownAddress({ method, url = "/", headers }: IncomingMessage): string | null {
  const asked = URL.parse(`http://${headers.host}`);
  const own = new URL(config().publicUrl);
  const other =
    method === "GET" &&
    asked &&
    asked.hostname !== own.hostname &&
    asked.port === own.port &&
    isLoopback(asked.hostname) &&
    isLoopback(own.hostname);
  return other && url.startsWith("/") ? config().publicUrl + url : null;
}
