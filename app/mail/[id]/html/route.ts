import { idFrom } from "#accounts/contract/fields.ts";
import { findKeptEmail } from "#accounts/emails/mailbox.ts";
import { answering, exported } from "#http/route.ts";
import { readMailboxCookie } from "../../mailbox-cookie.ts";

/** The HTML of a mail, for the frame on its page: a document of its own, because its inline styles need another policy than our pages. */
export const GET = exported(
  answering(async (_request, _requestId, { params }) => {
    const id = idFrom(String((await params)?.id)) ?? 0;
    const { email } = await findKeptEmail(await readMailboxCookie(), id);
    const body = email.html.replace("<head>", '<head>\n<base target="_top">');
    return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body };
  }),
);
