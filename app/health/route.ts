import { AccountsError } from "#accounts/errors.ts";
import { requireStorage } from "#db/lifecycle.ts";
import { api } from "#http/api.ts";
import { route, serve } from "#http/endpoint.ts";
import { draining } from "#http/front-door/draining.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: serve(api.health, async () => {
    if (draining()) throw new AccountsError("overloaded", { retryAfterSeconds: 5 });
    await requireStorage();
    return { status: "ok" as const };
  }),
});
