import { forgetShown } from "#http/notice-cookie.ts";
import { boundHeaders } from "#http/request-headers.ts";
import { newNonce, pageHeaders } from "#http/security-headers.ts";
import { logRequest, pathOf } from "./request-log.ts";
import type { Station } from "./stations.ts";

/** Prepares a request that isn't for the API: removes unknown headers, and logs the answer. */
export const beginVisit: Station = (request, response) => {
  const startedAt = performance.now();
  response.once("close", () => logRequest(request, response, response.writableFinished, startedAt));
  boundHeaders(request);
  response.setHeader("x-request-id", String(request.headers["x-request-id"]));
  return false;
};

/** Sets the headers of a page. */
export const dressPage: Station = (request, response) => {
  const headers = pageHeaders(newNonce(), pathOf(request.url ?? "/"));
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  request.headers["content-security-policy"] = headers["content-security-policy"]; // Next.js reads the nonce from here
  forgetShown(request, response);
  return false;
};
