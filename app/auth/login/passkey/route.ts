import { logInWithPasskey } from "#accounts/sessions/passkey-log-in.ts";
import { publicEnding } from "#app/auth/login/public-login.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.passkeyLogIn, async ({ caller, input }) => publicEnding(await logInWithPasskey(caller, input))),
);
