import * as z from "zod/mini";
import type { Endpoint } from "./endpoint.ts";

const Healthy = z.object({ status: z.literal("ok") });
const Ready = z.object({
  status: z.literal("ok"),
  backups: z
    .enum(["off", "ok", "late", "failed"])
    .check(z.meta({ description: "How those are that the service makes by itself; `late` if there is no recent one.", examples: ["ok"] })),
});

/** The rows of the API for load balancers and whoever watches the service. */
export const healthApi = {
  health: {
    method: "GET",
    path: "/health",
    summary: "Health check",
    tag: "Service",
    description: "200 if process and database answer; 503 if not, and while the service stops.",
    access: "public",
    output: Healthy,
    status: 200,
    errors: ["storage_unavailable"],
  },
  live: {
    method: "GET",
    path: "/health/live",
    summary: "Whether the process answers",
    tag: "Service",
    description:
      "200 as long as the process answers, also while the service stops or its database is gone: then a restart would help nobody.",
    access: "public",
    output: Healthy,
    status: 200,
  },
  ready: {
    method: "GET",
    path: "/health/ready",
    summary: "Whether requests should be sent here",
    tag: "Service",
    description:
      "200 if process and database answer; 503 if not, and while the service stops. `backups` says how those are that the service makes by itself; a failed one doesn't change the status.",
    access: "public",
    output: Ready,
    status: 200,
    errors: ["storage_unavailable"],
  },
} as const satisfies Record<string, Endpoint>;
