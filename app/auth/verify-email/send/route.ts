import { sendVerification } from "#accounts/users/email-proof.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.sendVerification, async ({ caller }) => {
    const { sentTo } = await sendVerification(caller);
    return { message: sentTo ? `A link is on its way to ${sentTo}. It works for 24 hours.` : "Your email address is confirmed already." };
  }),
);
