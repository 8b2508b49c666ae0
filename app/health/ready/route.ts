import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { requireReadiness, stateOfBackups } from "#http/readiness.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.ready, async () => {
    await requireReadiness();
    return { status: "ok" as const, backups: stateOfBackups() };
  }),
);
