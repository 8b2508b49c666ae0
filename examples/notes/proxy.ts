/* Spares visitors the way to a page that would only send them to sign in. The check itself is `requireUser` in each page and action. */

export { proxy } from "./auth.ts";

export const config = { matcher: "/" };
