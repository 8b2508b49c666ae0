import { inspectReset, resetPassword } from "#accounts/passwords/reset.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(
    api.resetPassword,
    async ({ caller, input }) => {
      const { sessionsEnded } = await resetPassword(caller, input);
      return { message: "Your password has been reset. Log in with the new one.", sessions_ended: sessionsEnded };
    },
    inspectReset,
  ),
);
