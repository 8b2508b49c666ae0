import { requireUser } from "#accounts/caller.ts";
import { publicSession } from "#accounts/sessions/sessions.ts";
import { publicUser } from "#accounts/users/users.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.me, ({ caller }) => {
    requireUser(caller);
    return { ...publicUser(caller.user), session: publicSession(caller.session, caller.session.id) };
  }),
);
