import { addPasskey, publicPasskey } from "#accounts/factors/passkeys.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.addPasskey, async ({ caller, input }) => {
    const { passkey, codes } = await addPasskey(caller, input);
    const message = "The passkey is added, and your other sessions have ended.";
    return { message, passkey: publicPasskey(passkey), ...(codes && { codes }) };
  }),
);
