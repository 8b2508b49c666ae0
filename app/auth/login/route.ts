import { logIn, publicSession } from "#accounts/sessions/sessions.ts";
import { publicUser } from "#accounts/users/users.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.logIn, async ({ caller, input }) => {
    const { token, session, user } = await logIn(caller, input);
    const view = publicSession(session, session.id);
    return { token, token_type: "Bearer" as const, expires_at: view.expires_at, session: view, user: publicUser(user) };
  }),
);
