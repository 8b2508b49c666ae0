import { publicSession, renameSession, revokeSession } from "#accounts/sessions/sessions.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.renameSession, async ({ caller, id, input }) => {
    const { session } = await renameSession(caller, id, input);
    return { message: "The session has its new name.", session: publicSession(session, caller.session.id) };
  }),
  serve(api.revokeSession, ({ caller, id }) => revokeSession(caller, id)),
);
