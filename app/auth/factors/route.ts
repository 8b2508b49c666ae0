import { publicFactors } from "#accounts/factors/factors.ts";
import { listPasskeys, publicPasskey } from "#accounts/factors/passkeys.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.factors, async ({ caller }) => ({
    ...publicFactors(caller.user),
    passkeys: (await listPasskeys(caller)).map(publicPasskey),
  })),
);
