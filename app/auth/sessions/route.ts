import { listSessions, publicSession, revokeOtherSessions } from "#accounts/sessions/sessions.ts";
import { api } from "#http/api.ts";
import { route, serve } from "#http/endpoint.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: serve(api.sessions, async ({ caller }) => {
    const sessions = await listSessions(caller);
    return { sessions: sessions.map((session) => publicSession(session, caller.session?.id)) };
  }),
  DELETE: serve(api.revokeOtherSessions, async ({ caller }) => {
    const { sessionsEnded } = await revokeOtherSessions(caller);
    return { sessions_ended: sessionsEnded };
  }),
});
