import { confirmTotp } from "#accounts/factors/totp.ts";
import { publicLogin } from "#app/auth/login/public-login.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.confirmTotp, async ({ caller, input }) => {
    const { codes, sessionsEnded, opened } = await confirmTotp(caller, input);
    const message = "The authenticator app is set up.";
    return { message, ...(codes && { codes }), sessions_ended: sessionsEnded, ...(opened && publicLogin(opened)) };
  }),
);
