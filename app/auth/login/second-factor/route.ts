import { finishLogIn } from "#accounts/factors/second-factor.ts";
import { publicLogin } from "#app/auth/login/public-login.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.finishLogIn, async ({ caller, input }) => publicLogin(await finishLogIn(caller, input))),
);
