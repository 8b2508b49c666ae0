import { listSessions, publicSession, revokeOtherSessions } from "#accounts/sessions/sessions.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.sessions, async ({ caller }) => {
    const sessions = await listSessions(caller);
    return { sessions: sessions.map((session) => publicSession(session, caller.session.id)) };
  }),
  serve(api.revokeOtherSessions, async ({ caller }) => {
    const { sessionsEnded } = await revokeOtherSessions(caller);
    return { sessions_ended: sessionsEnded };
  }),
);
