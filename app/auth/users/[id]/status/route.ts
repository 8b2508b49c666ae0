import { profileFor, setStatus } from "#accounts/services/users.ts";
import { publicUser } from "#accounts/users/users.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.setUserStatus, async ({ caller, id, input }) => {
    const { user, sessionsEnded } = await setStatus(caller, id, input);
    const { status_reason, status_until } = publicUser(user);
    return {
      message: `The user is now ${user.status}.`,
      user: { ...profileFor(caller, user), status_reason, status_until },
      sessions_ended: sessionsEnded,
    };
  }),
);
