import { inspectRegistration, publicUser, registerUser } from "#accounts/users/users.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(
    api.createUser,
    async ({ caller, input }) => {
      const { user } = await registerUser(caller, input);
      return { message: "Your account has been created.", user: publicUser(user) };
    },
    inspectRegistration,
  ),
);
