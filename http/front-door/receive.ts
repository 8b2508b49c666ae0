import { stampClientAddress } from "#http/client-address.ts";
import { requestIdOf } from "#http/request-id.ts";
import { draining } from "./draining.ts";
import type { Station } from "./stations.ts";

/** Sets the client's address and the id of every request. While the service is stopping, every answer closes its connection. */
export const receive: Station = (request, response) => {
  stampClientAddress(request);
  request.headers["x-request-id"] = requestIdOf(request.headers["x-request-id"]?.toString());
  if (draining()) response.setHeader("connection", "close");
  return false;
};
