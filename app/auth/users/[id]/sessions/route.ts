import { endSessionsOf } from "#accounts/services/users.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.endUserSessions, async ({ caller, id }) => {
    const { sessionsEnded } = await endSessionsOf(caller, id);
    return { sessions_ended: sessionsEnded };
  }),
);
