import { instantText } from "#accounts/clock.ts";
import { deleteAccount } from "#accounts/users/leaving.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.deleteAccount, async ({ caller, input }) => {
    const deletes_at = instantText((await deleteAccount(caller, input)).deletesAt);
    const message =
      input.when === "now" ? "Your account is deleted." : "Your account will be deleted. Until then, you can log in to keep it.";
    return { message, deletes_at };
  }),
);
