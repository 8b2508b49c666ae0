import { logIn } from "#accounts/sessions/log-in.ts";
import { publicSession } from "#accounts/sessions/sessions.ts";
import { publicUser } from "#accounts/users/users.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.logIn, async ({ caller, input }) => {
    const ending = await logIn(caller, input);
    switch (ending.kind) {
      case "session": {
        const view = publicSession(ending.session, ending.session.id);
        const user = publicUser(ending.user);
        return { token: ending.token, token_type: "Bearer" as const, expires_at: view.expires_at, session: view, user };
      }
      case "challenge":
        throw new Error("The API cannot ask for a second factor yet.");
    }
  }),
);
