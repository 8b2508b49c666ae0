import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(serve(api.live, () => ({ status: "ok" as const })));
