import { requireUser } from "#accounts/caller.ts";
import { publicSession } from "#accounts/sessions/sessions.ts";
import { publicUser } from "#accounts/users/users.ts";
import { api } from "#http/api.ts";
import { route, serve } from "#http/endpoint.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: serve(api.me, ({ caller }) => {
    requireUser(caller);
    return { ...publicUser(caller.user), session: publicSession(caller.session, caller.session.id) };
  }),
});
