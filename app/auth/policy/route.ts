import { policy } from "#accounts/contract/policy.ts";
import { api } from "#http/api.ts";
import { route, serve } from "#http/endpoint.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({ GET: serve(api.policy, policy) });
