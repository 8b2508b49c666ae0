import { removeTotp, startTotp } from "#accounts/factors/totp.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.startTotp, ({ caller, input }) => startTotp(caller, input)),
  serve(api.removeTotp, async ({ caller, input }) => {
    const { sessionsEnded } = await removeTotp(caller, input);
    return { message: "The authenticator app has been removed.", sessions_ended: sessionsEnded };
  }),
);
