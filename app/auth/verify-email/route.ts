import { verifyEmail } from "#accounts/users/email-proof.ts";
import { publicUser } from "#accounts/users/users.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.verifyEmail, async ({ caller, input }) => {
    const { user, isEnded } = await verifyEmail(caller, input);
    const message = "The email address is confirmed.";
    const ended = " Everything made before has ended: choose a new password with the link that was just mailed.";
    return { message: isEnded ? message + ended : message, user: publicUser(user) };
  }),
);
