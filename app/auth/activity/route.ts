import { listAuditEvents, publicAuditEvent } from "#accounts/audit.ts";
import { api } from "#http/api.ts";
import { route, serve } from "#http/endpoint.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: serve(api.activity, async ({ caller, input }) => {
    const { events, nextCursor } = await listAuditEvents(caller, input);
    return { events: events.map(publicAuditEvent), next_cursor: nextCursor };
  }),
});
