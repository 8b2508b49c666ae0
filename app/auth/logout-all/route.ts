import { revokeAllSessions } from "#accounts/sessions/sessions.ts";
import { api } from "#http/api.ts";
import { route, serve } from "#http/endpoint.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: serve(api.logOutAll, async ({ caller }) => {
    const { sessionsEnded } = await revokeAllSessions(caller);
    return { message: "You are logged out everywhere.", sessions_ended: sessionsEnded };
  }),
});
