import { profileFor, readUser } from "#accounts/services/users.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.readUser, async ({ caller, id }) => profileFor(caller, await readUser(caller, id))),
);
