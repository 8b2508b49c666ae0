import { AccountsError } from "#accounts/errors.ts";
import { requireStorage } from "#db/lifecycle.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { stopping } from "#http/front-door/draining.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.health, async () => {
    if (stopping()) throw new AccountsError("overloaded", { retryAfterSeconds: 5 });
    await requireStorage();
    return { status: "ok" as const };
  }),
);
