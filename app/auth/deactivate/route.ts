import { deactivateAccount } from "#accounts/users/leaving.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.deactivate, async ({ caller, input }) => {
    const { sessionsEnded } = await deactivateAccount(caller, input);
    return { message: "Your account is deactivated. To use it again, log in and say so.", sessions_ended: sessionsEnded };
  }),
);
