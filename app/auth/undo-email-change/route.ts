import { undoEmailChange } from "#accounts/users/email-change.ts";
import { publicUser } from "#accounts/users/users.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.undoEmailChange, async ({ caller, input }) => {
    const { user } = await undoEmailChange(caller, input);
    return {
      message: "Your account has its old address again. Choose a new password with the link that was just mailed.",
      user: publicUser(user),
    };
  }),
);
