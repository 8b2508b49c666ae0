import { logIn } from "#accounts/sessions/log-in.ts";
import { publicEnding } from "#app/auth/login/public-login.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.cancelDeletion, async ({ caller, input }) => publicEnding(await logIn(caller, input, "token", "keep"))),
);
