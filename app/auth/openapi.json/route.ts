import { route, serve } from "../../endpoint.ts";
import { openApiDocument } from "../../openapi.ts";
import { api } from "../api.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({ GET: serve(api.openApi, () => ({ ...openApiDocument() })) });
