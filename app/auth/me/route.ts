import { publicSession } from "#accounts/sessions/sessions.ts";
import { publicUser } from "#accounts/users/users.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.me, ({ caller: { user, session } }) => ({ ...publicUser(user), session: publicSession(session, session.id) })),
);
