import type { IncomingMessage, ServerResponse } from "node:http";
import { config } from "#accounts/config.ts";
import { IMAGE_MAX_SIZE } from "#accounts/contract/image-rules.ts";
import { MAX_FIELDS } from "#http/body-checks.ts";
import { log } from "#http/log.ts";
import { type ProblemCode, problems } from "#http/problem.ts";
import { describeError } from "#http/refusal.ts";
import { fromElsewhere, isHidden, isSameOrigin } from "#http/same-origin.ts";
import { closeAfterBody } from "./lingering-close.ts";
import { hasAction } from "./page-actions.ts";
import { withReadBody } from "./page-body.ts";
import { refusalPage } from "./refusal-page.ts";
import { pathOf } from "./request-log.ts";
import type { Station } from "./stations.ts";

const PAGE_METHODS = ["GET", "HEAD", "POST"];
const HTML = "text/html; charset=utf-8";
const MAX_URL_LENGTH = 4_096; // four times what `?next=` may have
const UNREADABLE = "We couldn’t read that form. Go back, reload the page and try again.";
const UPDATED =
  "This site was updated while the form was open, and nothing was changed. Go back, copy what you typed, reload the page and send the form again.";
const sentences: Partial<Record<ProblemCode, string>> = {
  validation_failed: UNREADABLE,
  payload_too_large: `What you sent is too big. Go back, choose a picture of up to ${IMAGE_MAX_SIZE} or shorten your text, and try again.`,
  overloaded: "Too many forms are being sent at the moment. Wait a few seconds, then send yours again.",
};

/**
 * Refuses requests for pages that Next.js would answer with 200 (TRACE) or 500: unknown methods, invalid addresses, and forms
 * from other sites. The answer is a page with a sentence. Returns true if it refused.
 */
export const refusePage: Station = (request, response) => {
  const { method = "", headers, url = "/" } = request;
  if (!PAGE_METHODS.includes(method)) {
    response.setHeader("allow", PAGE_METHODS.join(", "));
    return refuse(response, 405, problems.method_not_allowed.detail);
  }
  const address = refusedAddress(url);
  if (address) return refuse(response, ...address);
  if (method !== "POST") return false;
  const foreign = !isSameOrigin({ get: (name) => headers[name]?.toString() ?? null });
  if (foreign && !isOwnPageElsewhere(headers)) return refuse(response, 403, fromElsewhere());
  if (isHidden(headers.origin, headers["sec-fetch-site"]?.toString())) headers.origin = config().publicUrl; // Next.js refuses "null"
  const action = headers["next-action"]?.toString();
  if (action !== undefined && !hasAction(pathOf(url), action)) return refuseAction(request, response);
  explainBareError(response, action === undefined);
  return false;
};

/** The answer that Next.js's script in the browser understands as "unknown action: the page is out of date". */
function refuseAction(request: IncomingMessage, response: ServerResponse): true {
  request.resume();
  response.writeHead(409, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", "x-nextjs-action-not-found": "1" });
  response.end("Server action not found.");
  return true;
}

/** Why there can be no page at this address, or null. Paths that begin with "_" belong to Next.js. */
function refusedAddress(url: string): [status: number, sentence: string] | null {
  const [path = "", query = ""] = url.split("?", 2);
  if (url.length > MAX_URL_LENGTH) return [414, "This address is too long."];
  if (query.split("&", MAX_FIELDS + 1).length > MAX_FIELDS) return [400, "This address has too many parts behind its “?”."];
  try {
    return /^\/+_(?!next\/static\/)/i.test(decodeURIComponent(path)) ? [404, problems.not_found.detail] : null;
  } catch {
    return [400, "This address cannot be read: a “%” in it is not followed by what belongs there."];
  }
}

/**
 * Whether one of our own pages, opened at another address than PUBLIC_URL, sent this with its script (other sites can't make a
 * browser send the header). Then the form itself shows the refusal.
 */
function isOwnPageElsewhere({ origin, host, "next-action": action }: IncomingMessage["headers"]): boolean {
  return action !== undefined && URL.parse(origin ?? "")?.host === host;
}

/** The request with its form read, for Next.js; null if it was refused. */
export async function readForm(request: IncomingMessage, response: ServerResponse): Promise<IncomingMessage | null> {
  try {
    return await withReadBody(request, response);
  } catch (error) {
    const { code, headers } = describeError(error, String(request.headers["x-request-id"]));
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    refuse(response, problems[code].status, sentences[code] ?? problems[code].detail);
    return null;
  }
}

function refuse(response: ServerResponse, status: number, sentence: string): true {
  closeAfterBody(response.req, response);
  response.writeHead(status, { "content-type": HTML, "cache-control": "no-store" }).end(refusalPage(response, sentence));
  return true;
}

/**
 * Replaces the plain-text errors of Next.js: 500 for a form that it can't read, and 409 for a form of an older build. Errors of
 * our actions come with the form, and those of pages are HTML, so a plain-text error is always about the request. Without a
 * script it becomes a page with a sentence. It is logged, in case it was a fault of the service.
 */
function explainBareError(response: ServerResponse, withoutScript: boolean): void {
  type Sends<Sent> = (...given: unknown[]) => Sent;
  const writeHead = response.writeHead.bind(response) as Sends<ServerResponse>;
  const write = response.write.bind(response) as Sends<boolean>;
  const end = response.end.bind(response) as Sends<ServerResponse>;
  let page: string | undefined;
  response.writeHead = (status: number, ...more: unknown[]) => {
    const type = String(response.getHeader("content-type"));
    const isBare = status >= 400 && /^text\/(plain|x-component)/.test(type);
    if (!isBare || (status !== 500 && !withoutScript)) return writeHead(status, ...more);
    log().warn({ request_id: response.getHeader("x-request-id") }, "form that cannot be read");
    if (type.startsWith("text/plain") && withoutScript) {
      page = refusalPage(response, status === 409 ? UPDATED : UNREADABLE);
      for (const name of ["content-length", "content-encoding"]) response.removeHeader(name);
      response.setHeader("content-type", HTML);
    }
    const sent = status === 500 ? 400 : status;
    writeHead(sent);
    // Next.js fails a second time with the same form, and would change the logged status to 500.
    return Object.defineProperty(response, "statusCode", { get: () => sent, set: () => {} });
  };
  response.write = (...given: unknown[]) => page !== undefined || write(...given);
  response.end = (...given: unknown[]) => {
    if (response.statusCode >= 400 && !response.headersSent) response.writeHead(response.statusCode);
    return page === undefined ? end(...given) : end(page);
  };
}
