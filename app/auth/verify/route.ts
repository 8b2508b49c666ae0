import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.verify, ({ caller: { user, session } }) => ({
    "X-Latchkey-User-Id": String(user.id),
    "X-Latchkey-Username": user.username,
    "X-Latchkey-Session-Id": String(session.id),
  })),
);
