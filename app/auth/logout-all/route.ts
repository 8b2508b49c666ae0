import { revokeAllSessions } from "#accounts/sessions/sessions.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.logOutAll, async ({ caller, input }) => {
    const { sessionsEnded } = await revokeAllSessions(caller, input);
    return { message: "You are logged out everywhere.", sessions_ended: sessionsEnded };
  }),
);
