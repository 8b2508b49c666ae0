import type { IncomingMessage } from "node:http";
import { config, isLoopback } from "#accounts/config.ts";
import type { Station } from "./stations.ts";

/**
 * Who opens http://localhost:8000 while the service calls itself http://127.0.0.1:8000 would find every form refused as
 * another site's: pages send them over. Only between names of this machine; what stands behind a proxy is never redirected.
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
