import { listSessions, publicSession, revokeOtherSessions } from "#accounts/sessions.ts";
import { route, serve } from "../../endpoint.ts";
import { api } from "../api.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: serve(api.sessions, ({ caller }) => ({
    sessions: listSessions(caller).map((session) => publicSession(session, caller.session?.id)),
  })),
  DELETE: serve(api.revokeOtherSessions, async ({ caller }) => {
    const { sessionsEnded } = await revokeOtherSessions(caller);
    return { sessions_ended: sessionsEnded };
  }),
});
