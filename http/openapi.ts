import type * as z from "zod/mini";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiOverride, type ZodOpenApiPathsObject } from "zod-openapi";
import { config } from "#accounts/config.ts";
import about from "../package.json" with { type: "json" };
import { api } from "./api.ts";
import { type Endpoint, TAGS } from "./endpoint.ts";
import { answers, headerComponents, problemSchema } from "./openapi-answers.ts";
import { requestBody } from "./openapi-bodies.ts";
import { atThisService } from "./openapi-examples.ts";

export type ApiDocument = ReturnType<typeof createDocument>;

let made: ApiDocument | undefined;

/** The OpenAPI 3.1 document, generated from the table in `http/api.ts`, with an example for every body. Created at first use. */
export function openApiDocument(): ApiDocument {
  if (made) return made;
  const paths: ZodOpenApiPathsObject = {};
  for (const [operationId, endpoint] of Object.entries<Endpoint>(api)) {
    const path = endpoint.path.replace(/<(\w+)>/, "{$1}");
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(operationId, endpoint) };
  }
  const document = {
    openapi: "3.1.0" as const,
    info: {
      title: "Latchkey",
      version: about.version,
      description:
        "Accounts over HTTP: register, log in, edit, log out everywhere. Every address answers with and without its trailing slash. Every error is application/problem+json with a stable `code`. Answers may get further fields in later versions.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: config().publicUrl }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        token: {
          type: "http" as const,
          scheme: "bearer",
          description: "The token that log-in gives. The scheme “Token” is accepted too.",
        },
        serviceKey: { type: "http" as const, scheme: "bearer", description: "A service key." },
        serviceKeyAsBasic: { type: "http" as const, scheme: "basic", description: "A service key with its id as the name." },
      },
      headers: headerComponents(),
      schemas: { Problem: problemSchema },
    },
  };
  made = createDocument(document, { override });
  return made;
}

const SECURITY: Record<Endpoint["access"], Record<string, string[]>[]> = {
  public: [],
  optional: [{}, { token: [] }],
  token: [{ token: [] }],
  service: [{ serviceKey: [] }, { serviceKeyAsBasic: [] }],
  optional_service: [{}, { serviceKey: [] }, { serviceKeyAsBasic: [] }],
};

function operation(operationId: string, endpoint: Endpoint): ZodOpenApiOperationObject {
  const { summary, description, tag, access, method, path, input } = endpoint;
  const parameter = path.match(/<(\w+)>/)?.[1];
  return {
    operationId,
    summary,
    description,
    tags: [tag],
    security: SECURITY[access],
    ...(parameter && { parameters: [pathParameter(parameter)] }),
    ...(method === "GET" ? input && query(input) : { requestBody: requestBody(endpoint) }),
    responses: answers(endpoint),
  };
}

const query = (input: z.ZodMiniType) => ({ requestParams: { query: input as never } });

const pathParameter = (name: string) => ({
  name,
  in: "path" as const,
  required: true,
  description: name === "id" ? "The `id` from the answers." : "The last part of the address in `image`.",
  schema: name === "id" ? { type: "integer" as const, minimum: 1 } : { type: "string" as const },
  example: name === "id" ? 1 : `${"0123456789abcdef".repeat(4)}.webp`,
});

// Syntax that Python's `re`, RE2 or JavaScript without the flag "u" don't support, or interpret differently.
const NOT_PORTABLE = /\\[pPuUdDwWsSbB]|\(\?[^:]|\{\d{4,}/;

/**
 * Keeps only a pattern that every generator and linter can read; the description has the other rules. Answers may get further
 * fields in later versions.
 */
const override: ZodOpenApiOverride = ({ jsonSchema, io }) => {
  delete jsonSchema.allOf;
  if (NOT_PORTABLE.test(jsonSchema.pattern ?? "")) delete jsonSchema.pattern;
  if (jsonSchema.examples) jsonSchema.examples = jsonSchema.examples.map(atThisService);
  if (io === "output") delete jsonSchema.additionalProperties;
  if (io === "input" && jsonSchema.default !== undefined) {
    jsonSchema.description = `${jsonSchema.description ?? ""} Default: ${JSON.stringify(jsonSchema.default)}.`.trim();
    delete jsonSchema.default; // some generators require every field that has a default
  }
};
