import { logOut } from "#accounts/sessions/sessions.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.logOut, async ({ caller, input }) => {
    const { sessionsEnded } = await logOut(caller, input);
    return { message: input.all ? "You are logged out everywhere." : "You are logged out.", sessions_ended: sessionsEnded };
  }),
);
