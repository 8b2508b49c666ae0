import type { IncomingMessage, ServerResponse } from "node:http";
import { errorAnswer } from "#http/refusal.ts";
import { sendAtOnce } from "./one-write.ts";

/** A part of the front door: looks at a request and returns whether it has answered it. */
export type Station = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/** Passes a request from station to station until one has answered it. An error in a station is answered with 500. */
export async function pass(stations: Station[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    for (const station of stations) {
      const answered = station(request, response);
      if (typeof answered === "boolean" ? answered : await answered) return;
    }
  } catch (error) {
    const answer = errorAnswer(error, String(request.headers["x-request-id"]));
    if (response.headersSent) response.destroy();
    else sendAtOnce(response, answer);
  }
}
