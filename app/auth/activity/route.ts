import { listAuditEvents, publicAuditEvent } from "#accounts/audit.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.activity, async ({ caller, input }) => {
    const { events, nextCursor } = await listAuditEvents(caller, input);
    return { events: events.map(publicAuditEvent), next_cursor: nextCursor };
  }),
);
