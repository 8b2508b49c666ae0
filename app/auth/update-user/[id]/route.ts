import { inspectChanges, publicUser, updateUser } from "#accounts/users/users.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

const SAVED = "Your profile has been saved.";

function answer({ user }: Awaited<ReturnType<typeof updateUser>>) {
  const waits = user.pendingEmail === null ? "" : ` The address ${user.pendingEmail} waits for the link in its mailbox.`;
  return { message: SAVED + waits, user: publicUser(user) };
}

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.updateUser, async ({ caller, id, input }) => answer(await updateUser(caller, id, input)), inspectChanges),
  serve(api.updateUserByPost, async ({ caller, id, input }) => answer(await updateUser(caller, id, input)), inspectChanges),
  serve(api.replaceUser, async ({ caller, id, input }) => answer(await updateUser(caller, id, input)), inspectChanges),
);
