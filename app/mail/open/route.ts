import { isMailboxKey } from "#accounts/emails/mailbox-key.ts";
import { seeOther } from "#app/forms/see-other.ts";
import { answering, exported } from "#http/route.ts";
import { setMailboxCookie } from "../mailbox-cookie.ts";

/** Takes the key out of the address and into a cookie. It changes nothing on the server. */
export const GET = exported(
  answering(async (request) => {
    const key = new URL(request.url).searchParams.get("key") ?? "";
    if (!isMailboxKey(key)) return seeOther("/not-found/");
    await setMailboxCookie(key);
    return seeOther("/mail/", { "referrer-policy": "no-referrer" });
  }),
);
