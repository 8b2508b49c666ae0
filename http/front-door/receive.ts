import { stampClientAddress } from "#http/client-address.ts";
import { requestIdOf } from "#http/request-id.ts";
import { draining } from "./draining.ts";
import type { Station } from "./stations.ts";

/** Gives every request its client's address and its id; while the service stops, every answer closes its connection. */
export const receive: Station = (request, response) => {
  stampClientAddress(request);
  request.headers["x-request-id"] = requestIdOf(request.headers["x-request-id"]?.toString());
  if (draining()) response.setHeader("connection", "close");
  return false;
};
