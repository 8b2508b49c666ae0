import { publicChange, recentChanges, secureAccount } from "#accounts/users/secure-account.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.secureAccount, async ({ caller, input }) => {
    const { sessionsEnded } = await secureAccount(caller, input);
    const changes = (await recentChanges(caller)).map(publicChange);
    return { message: "Everybody else is signed out. Choose a new password next.", sessions_ended: sessionsEnded, changes };
  }),
);
