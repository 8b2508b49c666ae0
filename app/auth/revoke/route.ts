import { revokeToken } from "#accounts/services/introspection.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.revokeToken, async ({ caller, input }) => {
    await revokeToken(caller, input);
    return { message: "This token is not valid any more." };
  }),
);
