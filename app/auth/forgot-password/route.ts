import { requestReset } from "#accounts/passwords/reset.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.forgotPassword, async ({ caller, input }) => {
    await requestReset(caller, input);
    return { message: "If this address has an account, a link for a new password is on its way. It works for an hour." };
  }),
);
