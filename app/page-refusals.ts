import type { IncomingMessage, ServerResponse } from "node:http";
import { describeError } from "./endpoint.ts";
import { log } from "./log.ts";
import { withReadBody } from "./page-body.ts";
import { type ProblemCode, problems } from "./problem.ts";
import { fromElsewhere, isSameOrigin } from "./same-origin.ts";

const METHODS = ["GET", "HEAD", "POST"];
const TEXT = "text/plain; charset=utf-8";
const UNREADABLE = "What you sent cannot be read as a form. Go back, load the page again, and send its form once more.";
const sentences: Partial<Record<ProblemCode, string>> = {
  validation_failed: UNREADABLE,
  payload_too_large: "What you sent is too large. Go back, shorten it or choose a picture of at most 5 MiB, and send the form again.",
  overloaded: "Too many forms are being sent at the moment. Wait a few seconds, then send yours again.",
};

/**
 * Refuses for the pages, in a sentence, what Next.js would answer as if nothing were wrong (TRACE) or as if the fault were
 * ours (500): methods that no page has, forms of other sites. True if it did.
 */
export function refusePage(request: IncomingMessage, response: ServerResponse): boolean {
  const { method = "", headers } = request;
  if (!METHODS.includes(method)) {
    response.setHeader("allow", METHODS.join(", "));
    return refuse(response, 405, "This address does not answer this method.");
  }
  if (method !== "POST") return false;
  const foreign = !isSameOrigin({ get: (name) => headers[name]?.toString() ?? null });
  if (foreign && !isOwnPageElsewhere(headers)) return refuse(response, 403, fromElsewhere());
  explainBareError(response);
  return false;
}

/**
 * A page of ours, opened at an address that is not the configured one, whose script asks (no other site can make a browser
 * send this header): its form refuses by itself, in its place.
 */
function isOwnPageElsewhere({ origin, host, "next-action": action }: IncomingMessage["headers"]): boolean {
  return action !== undefined && URL.parse(origin ?? "")?.host === host;
}

/** The request with its form read, for Next.js; null if the form was refused. */
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
  response.writeHead(status, { "content-type": TEXT, "cache-control": "no-store" }).end(`${sentence}\n`);
  return true;
}

/**
 * A form that Next.js cannot read gets a bare 500 from it, or one for its script. Our actions answer their own faults with
 * the form, and a page that fails is HTML: so these all but always mean the request, and its sender is told so. The log has
 * them, in case that it was a fault of ours after all.
 */
function explainBareError(response: ServerResponse): void {
  type Sends<Sent> = (...given: unknown[]) => Sent;
  const writeHead = response.writeHead.bind(response) as Sends<ServerResponse>;
  const write = response.write.bind(response) as Sends<boolean>;
  const end = response.end.bind(response) as Sends<ServerResponse>;
  let isBare = false;
  response.writeHead = (status: number, ...more: unknown[]) => {
    const type = String(response.getHeader("content-type"));
    if (type === "text/plain") response.setHeader("content-type", TEXT);
    if (status !== 500 || !/^text\/(plain|x-component)/.test(type)) return writeHead(status, ...more);
    isBare = type === "text/plain";
    log().warn({ request_id: response.getHeader("x-request-id") }, "form that cannot be read");
    if (isBare) for (const name of ["content-length", "content-encoding"]) response.removeHeader(name);
    return writeHead(400);
  };
  response.write = (...given: unknown[]) => isBare || write(...given);
  response.end = (...given: unknown[]) => {
    if (response.statusCode === 500 && !response.headersSent) response.writeHead(500);
    return isBare ? end(`${UNREADABLE}\n`) : end(...given);
  };
}
