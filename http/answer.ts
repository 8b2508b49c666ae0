import { hash } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { ExportFile } from "#accounts/transfer/export-files.ts";
import { apiHeaders } from "./security-headers.ts";

/** The answer of a handler. Next.js gets it as a `Response`; the front door writes it itself. */
export type Answer = {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
};
/** An answer whose body is there as a whole. */
export type WholeAnswer = Answer & { body: Exclude<Answer["body"], ReadableStream> };

export const isWhole = (answer: Answer): answer is WholeAnswer => !(answer.body instanceof ReadableStream);

/** A JSON answer of the API, or one without a body for 204. */
export function json(status: number, requestId: string, body: unknown, headers?: Record<string, string>): WholeAnswer {
  if (status === 204) return empty(status, requestId, headers);
  return textAnswer(status, requestId, "application/json; charset=utf-8", JSON.stringify(body), headers);
}

/** A file to download, which is sent while it is made. A failure in the middle ends the connection. */
export function download(requestId: string, { type, name, chunks }: ExportFile): Answer {
  const headers = { "content-type": type, "content-disposition": `attachment; filename="${name}"`, "x-request-id": requestId };
  return { status: 200, headers: { ...apiHeaders(), ...headers }, body: streamOf(chunks) };
}

/** The chunks as a stream, each made when the one before is on its way. */
function streamOf(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}

/** The answer with an ETag, or 304 if the client has it already. */
export function tagged(answer: WholeAnswer, headers: Pick<Headers, "get">): Answer {
  const etag = `"${hash("sha256", answer.body ?? "", "base64url")}"`;
  const known = headers
    .get("if-none-match")
    ?.split(",")
    .some((one) => one.trim().replace(/^W\//, "") === etag);
  if (!known) return { ...answer, headers: { ...answer.headers, etag } };
  const { "content-type": _, ...rest } = answer.headers;
  return { status: 304, headers: { ...rest, etag }, body: null };
}

export function problemJson(status: number, requestId: string, body: unknown, headers?: Record<string, string>): WholeAnswer {
  return textAnswer(status, requestId, "application/problem+json; charset=utf-8", JSON.stringify(body), headers);
}

export function empty(status: number, requestId: string, headers?: Record<string, string>): WholeAnswer {
  return { status, headers: { ...apiHeaders(), "x-request-id": requestId, ...headers }, body: null };
}

function textAnswer(status: number, requestId: string, type: string, body: string, headers?: Record<string, string>): WholeAnswer {
  return { status, headers: { ...apiHeaders(), "x-request-id": requestId, "content-type": type, ...headers }, body };
}

export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, statusText: STATUS_CODES[status], headers });
}
