import { inspectChanges, publicUser, updateUser } from "#accounts/users/users.ts";
import { api } from "#http/api.ts";
import { route, serve } from "#http/endpoint.ts";

const answer = ({ user }: Awaited<ReturnType<typeof updateUser>>) => ({ message: "Your profile has been saved.", user: publicUser(user) });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  PATCH: serve(api.updateUser, async ({ caller, id, input }) => answer(await updateUser(caller, id, input)), inspectChanges),
  POST: serve(api.updateUserByPost, async ({ caller, id, input }) => answer(await updateUser(caller, id, input)), inspectChanges),
  PUT: serve(api.replaceUser, async ({ caller, id, input }) => answer(await updateUser(caller, id, input)), inspectChanges),
});
