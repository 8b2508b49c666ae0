import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { config } from "#accounts/config.ts";
import { boundHeaders } from "./request-headers.ts";

const MAX_HOPS = 50;
const HEADER = "x-latchkey-client-address";

/**
 * Writes the client's address into a header that only we set; a client's own is thrown away. Route handlers and pages see
 * nothing of the connection but headers.
 */
export function stampClientAddress(request: IncomingMessage): void {
  const { headers, rawHeaders } = request;
  const address = throughProxies(plain(request.socket.remoteAddress ?? ""), headers["x-forwarded-for"]);
  if (headers[HEADER] !== undefined) {
    for (let i = rawHeaders.length - 2; i >= 0; i -= 2) {
      if (rawHeaders[i]?.toLowerCase() === HEADER) rawHeaders.splice(i, 2);
    }
  }
  rawHeaders.push(HEADER, address);
  headers[HEADER] = address;
}

/** Does this for every request of this process's HTTP servers, after removing unknown headers. */
export function stampEveryRequest(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    stampClientAddress(request);
    boundHeaders(request);
  });
}

/** The client's address that `stampClientAddress` has set. */
export function clientAddress(headers: Pick<Headers, "get">): string {
  return headers.get(HEADER) ?? "";
}

/** The same of a request of Node's. */
export const clientAddressOf = ({ headers }: IncomingMessage): string => String(headers[HEADER] ?? "");

/** The socket's address or, behind trusted proxies, the rightmost address of X-Forwarded-For that isn't a trusted proxy. */
function throughProxies(socketAddress: string, forwardedFor: string | string[] | undefined): string {
  const { isTrustedProxy } = config();
  if (!isTrustedProxy || !forwardedFor) return socketAddress;
  const hops = String(forwardedFor)
    .split(",")
    .slice(-MAX_HOPS)
    .map((hop) => plain(hop.trim()));
  let address = socketAddress;
  while (isTrustedProxy(address)) {
    const next = hops.pop();
    if (!next || isIP(next) === 0) break; // a proxy that hides or garbles the address counts as the client
    address = next;
  }
  return address;
}

/** An IPv4-mapped IPv6 address as IPv4: it is the same client. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/, "");
