import { config } from "#accounts/config.ts";
import { parseInput } from "#accounts/input.ts";
import { LogoutInput } from "#accounts/schemas.ts";
import { withBody } from "../body.ts";
import { currentCaller, endSession } from "../current.ts";
import { answering } from "../endpoint.ts";
import { logged } from "../log.ts";
import { withNotice } from "../notices.ts";
import { fromElsewhere, isSameOrigin } from "../same-origin.ts";
import { clearSessionCookie } from "../session-cookie.ts";

/**
 * Signs out, with `all=true` everywhere. A plain form leads here and not a server action: the browser then loads a whole
 * new document, and nothing private is left in the memory of the old one.
 */
export const POST = answering(async (request, requestId) => {
  if (!isSameOrigin(request.headers)) return new Response(`${fromElsewhere()}\n`, { status: 403 });
  const { all } = await withBody(request, { schema: LogoutInput, takesImage: false }, async (raw) => parseInput(LogoutInput, raw));
  const caller = { ...(await currentCaller()), requestId };
  await logged(caller, () => endSession(caller, { all }));
  await clearSessionCookie();
  return to(withNotice("/login/", all ? "signed-out-everywhere" : "signed-out"), { "clear-site-data": '"cache", "storage"' });
});

/** Somebody came by address or by the back button: nothing is ended by looking at it. */
export const GET = () => to("/");

function to(path: string, headers?: Record<string, string>): Response {
  return new Response(null, { status: 303, headers: { location: config().publicUrl + path, "cache-control": "no-store", ...headers } });
}
