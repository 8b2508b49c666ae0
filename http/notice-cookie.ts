import type { IncomingMessage, ServerResponse } from "node:http";

export const NOTICE_COOKIE = "__Host-notice";
export const NEW_TOKEN_COOKIE = "__Host-new-token";

/** Cookies of what is shown once, with the beginning of the paths that show them. */
const SHOWN_ONCE = [
  { name: NOTICE_COOKIE, path: "/", sameSite: "Lax" },
  { name: NEW_TOKEN_COOKIE, path: "/security/tokens", sameSite: "Strict" },
];

/** Deletes these cookies in the answer that shows what they hold, so that it is shown once. */
export function forgetShown({ method, headers, url }: IncomingMessage, response: ServerResponse): void {
  if (method !== "GET" || !headers.accept?.includes("text/html")) return;
  for (const { name, path, sameSite } of SHOWN_ONCE) {
    if (!headers.cookie?.includes(name) || !url?.startsWith(path)) continue;
    response.appendHeader("set-cookie", `${name}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=${sameSite}`);
  }
}
