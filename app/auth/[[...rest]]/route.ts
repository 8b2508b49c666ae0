import { notFound } from "#http/route.ts";

// Any address without a route of its own: API clients get problem+json instead of Next.js's page.
export { notFound as DELETE, notFound as GET, notFound as HEAD, notFound as OPTIONS, notFound as PATCH, notFound as POST, notFound as PUT };
