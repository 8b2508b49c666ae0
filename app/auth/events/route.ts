import { listEvents, serviceEvent } from "#accounts/services/events.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.events, async ({ caller, input, signal }) => {
    const { events, position, more } = await listEvents(caller, input, signal);
    return { events: events.map((event) => serviceEvent(caller, event)), position: String(position), more };
  }),
);
