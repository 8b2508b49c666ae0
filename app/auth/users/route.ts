import { profileFor, readUsers } from "#accounts/services/users.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.readUsers, async ({ caller, input }) => ({ users: (await readUsers(caller, input)).map((user) => profileFor(caller, user)) })),
);
