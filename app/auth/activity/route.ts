import { listAuditEvents, publicAuditEvent } from "#accounts/audit.ts";
import { route, serve } from "../../endpoint.ts";
import { api } from "../api.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: serve(api.activity, ({ caller, input }) => {
    const { events, nextCursor } = listAuditEvents(caller, input);
    return { events: events.map(publicAuditEvent), next_cursor: nextCursor };
  }),
});
