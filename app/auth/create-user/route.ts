import { config } from "#accounts/config.ts";
import { inspectRegistration, publicUser, registerUser } from "#accounts/users/users.ts";
import { api } from "#http/api.ts";
import { route, serve } from "#http/endpoint.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: serve(
    api.createUser,
    async ({ caller, input }) => {
      const { user } = await registerUser(caller, input);
      const headers = { location: `${config().publicUrl}/auth/me/` }; // only its user can read it
      return { message: "Your account has been created.", user: publicUser(user), headers };
    },
    inspectRegistration,
  ),
});
