import { notFound } from "#http/endpoint.ts";

// Whatever has no route of its own: an API client gets problem+json, not Next.js's page.
export { notFound as DELETE, notFound as GET, notFound as HEAD, notFound as OPTIONS, notFound as PATCH, notFound as POST, notFound as PUT };
