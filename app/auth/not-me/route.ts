import { sayNotMe } from "#accounts/emails/not-me.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.sayNotMe, async ({ caller, input }) => {
    const { sessionsEnded } = await sayNotMe(caller, input);
    return {
      message: "Everybody is signed out. Choose a new password with the link that was just mailed.",
      sessions_ended: sessionsEnded,
    };
  }),
);
