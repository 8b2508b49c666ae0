import { requireUser } from "#accounts/caller.ts";
import { publicSession } from "#accounts/sessions.ts";
import { publicUser } from "#accounts/users.ts";
import { route, serve } from "../../endpoint.ts";
import { api } from "../api.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: serve(api.me, ({ caller }) => {
    requireUser(caller);
    return { ...publicUser(caller.user), session: publicSession(caller.session, caller.session.id) };
  }),
});
