import { revokeAllSessions } from "#accounts/sessions.ts";
import { route, serve } from "../../endpoint.ts";
import { api } from "../api.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: serve(api.logOutAll, async ({ caller }) => {
    const { sessionsEnded } = await revokeAllSessions(caller);
    return { message: "You are logged out everywhere.", sessions_ended: sessionsEnded };
  }),
});
