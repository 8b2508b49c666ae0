import { newPasskeyOptions } from "#accounts/factors/passkey-options.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.passkeyOptions, ({ caller, input }) => newPasskeyOptions(caller, input)),
);
