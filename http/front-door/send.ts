import type { IncomingMessage, ServerResponse } from "node:http";
import { sendNodeResponse } from "srvx/node";
import { type Answer, isWhole, toResponse } from "#http/answer.ts";
import { closeAfterBody } from "./lingering-close.ts";
import { sendAtOnce } from "./one-write.ts";

/** Sends an `Answer`, or the `Response` of a route that makes its own. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer | Response): Promise<void> | void {
  closeAfterBody(request, response);
  if (answer instanceof Response) return sendNodeResponse(response, answer);
  if (!isWhole(answer)) return sendNodeResponse(response, toResponse(answer));
  sendAtOnce(response, answer);
}
