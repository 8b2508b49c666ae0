import { IncomingMessage, type ServerResponse } from "node:http";
import { checkMultipart } from "#http/body-checks.ts";
import { BODY_MAX_BYTES, bufferBody, IMAGE_BODY_MAX_BYTES } from "#http/buffered-body.ts";

const PAGES_THAT_TAKE_IMAGES = /^\/(?:register|profile)\/?(?:\?|$)/;
const PIECE_BYTES = 64 * 1024;

/**
 * A request for a page whose form has been read and checked like the bodies of the API, for Next.js to parse. Next.js alone would
 * read any number of forms at once, without a budget. Throws as `bufferBody` and `checkMultipart` do.
 */
export async function withReadBody(request: IncomingMessage, response: ServerResponse): Promise<IncomingMessage> {
  const { headers, url = "" } = request;
  if (request.method !== "POST") return request.resume(); // discard the body, which would stay in memory unread
  if (!headers["content-length"] && !headers["transfer-encoding"]) return request;
  const type = headers["content-type"] ?? "";
  const isMultipart = type.toLowerCase().startsWith("multipart/form-data");
  const maxBytes = isMultipart && PAGES_THAT_TAKE_IMAGES.test(url) ? IMAGE_BODY_MAX_BYTES : BODY_MAX_BYTES;
  const body = await bufferBody(request, Number(headers["content-length"] ?? 0), maxBytes);
  response.once("close", () => body.release());
  if (isMultipart) checkMultipart(body.bytes, type);
  return replay(request, body.bytes);
}

/** The same request with a body that has been read. */
function replay(request: IncomingMessage, bytes: Uint8Array): IncomingMessage {
  const again = new IncomingMessage(request.socket);
  const { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor } = request;
  Object.assign(again, { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor, complete: true });
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) again.push(bytes.subarray(at, at + PIECE_BYTES));
  again.push(null);
  return again;
}
