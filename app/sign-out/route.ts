import { SignOutFormInput } from "#accounts/contract/api-schemas.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { isFormOf } from "#app/forms/form-owner.ts";
import { setNotice } from "#app/forms/notices.ts";
import { seeOther } from "#app/forms/see-other.ts";
import { callerOf, endSession } from "#app/visitor/current.ts";
import { clearSessionCookie } from "#app/visitor/session-cookie.ts";
import { withBody } from "#http/body.ts";
import { logged } from "#http/log.ts";
import { answering, exported } from "#http/route.ts";
import { fromElsewhere, isSameOrigin } from "#http/same-origin.ts";

/**
 * Signs out, with `all=true` everywhere. A plain form posts here instead of a server action: the browser loads a new document,
 * so nothing private stays in the old one's memory.
 */
export const POST = exported(
  answering(async (request, requestId) => {
    if (!isSameOrigin(request.headers))
      return { status: 403, headers: { "content-type": "text/plain;charset=UTF-8" }, body: `${fromElsewhere()}\n` };
    const body = { schema: SignOutFormInput, takesImage: false };
    const { all, tokens, account } = await withBody(request, body, async (raw) => parseInput(SignOutFormInput, raw));
    const caller = await callerOf(requestId);
    if (caller.session && !isFormOf(caller, account)) {
      await setNotice("other-account");
      return seeOther("/profile/");
    }
    const ended = await logged(caller, () => endSession(caller, { all, tokens }));
    await clearSessionCookie();
    await setNotice(all && ended ? "signed-out-everywhere" : "signed-out");
    return seeOther("/login/", { "clear-site-data": '"cache", "storage"' });
  }),
);

/** A visit by address or back button: GET must not end a session. */
export const GET = exported(async () => seeOther("/"));
