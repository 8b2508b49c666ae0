import { instantText } from "#accounts/clock.ts";
import { changePassword, inspectNewPassword } from "#accounts/passwords/change.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(
    api.changePassword,
    async ({ caller, input }) => {
      const { token, session, sessionsEnded } = await changePassword(caller, input);
      const expires_at = instantText(session.expiresAt);
      return { message: "Your password has been changed.", token, expires_at, sessions_ended: sessionsEnded };
    },
    inspectNewPassword,
  ),
);
