import type { IncomingMessage, ServerResponse } from "node:http";

export const NOTICE_COOKIE = "__Host-notice";

/** Deletes the notice's cookie in the answer that shows it, so that it is shown once. */
export function forgetNotice({ method, headers }: IncomingMessage, response: ServerResponse): void {
  if (method !== "GET" || !headers.cookie?.includes(NOTICE_COOKIE) || !headers.accept?.includes("text/html")) return;
  response.appendHeader("set-cookie", `${NOTICE_COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax`);
}
