import { api } from "#http/api.ts";
import { route, serve } from "#http/endpoint.ts";
import { openApiDocument } from "#http/openapi.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({ GET: serve(api.openApi, () => ({ ...openApiDocument() })) });
