import { publicPasskey, removePasskey, renamePasskey } from "#accounts/factors/passkeys.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.renamePasskey, async ({ caller, id, input }) => {
    const { passkey } = await renamePasskey(caller, id, input);
    return { message: "The passkey has its new name.", passkey: publicPasskey(passkey) };
  }),
  serve(api.removePasskey, ({ caller, id, input }) => removePasskey(caller, id, input)),
);
