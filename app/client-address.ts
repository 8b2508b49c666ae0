import type { IncomingMessage } from "node:http";
import { config } from "#accounts/config.ts";

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

/** The client's address as `stampClientAddress` left it. */
export function clientAddress(headers: Pick<Headers, "get">): string {
  return headers.get(HEADER) ?? "";
}

/** The socket's address, or what trusted proxies say they were asked by: from right to left up to the first stranger. */
function throughProxies(socketAddress: string, forwardedFor: string | string[] | undefined): string {
  const { isTrustedProxy } = config();
  if (!isTrustedProxy || !forwardedFor) return socketAddress;
  const hops = String(forwardedFor)
    .split(",")
    .map((hop) => plain(hop.trim()));
  let address = socketAddress;
  while (isTrustedProxy(address)) {
    const next = hops.pop();
    if (!next) break;
    address = next;
  }
  return address.slice(0, 45);
}

/** An IPv4 client of an IPv6 socket is the same client. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/, "");
