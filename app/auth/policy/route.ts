import { policy } from "#accounts/policy.ts";
import { route, serve } from "../../endpoint.ts";
import { api } from "../api.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({ GET: serve(api.policy, policy) });
