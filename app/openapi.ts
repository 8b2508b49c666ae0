import * as z from "zod/mini";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import { config } from "#accounts/config.ts";
import { api } from "./auth/api.ts";
import type { Endpoint } from "./endpoint.ts";
import { type ProblemCode, problemBody, problems } from "./problem.ts";

const BODY_TYPES = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];

/** RFC 9457, with a stable `code` and the wrong fields. */
const PROBLEM = {
  type: "object" as const,
  required: ["type", "title", "status", "detail", "code", "request_id"],
  properties: {
    type: { type: "string" as const, format: "uri", description: "Where this code is documented." },
    title: { type: "string" as const },
    status: { type: "integer" as const },
    detail: { type: "string" as const, description: "What is wrong and what to do, for people." },
    code: { type: "string" as const, enum: Object.keys(problems), description: "Stable: tell errors apart by this." },
    errors: {
      type: "array" as const,
      items: {
        type: "object" as const,
        required: ["pointer", "code", "detail"],
        properties: {
          pointer: { type: "string" as const, description: "The wrong field, as a JSON pointer.", examples: ["#/email"] },
          code: { type: "string" as const },
          detail: { type: "string" as const },
        },
      },
    },
    request_id: { type: "string" as const },
  },
};

let made: Record<string, unknown> | undefined;

/** The OpenAPI 3.1 document of the table in `auth/api.ts`, with an example for every body. Made at first use. */
export function openApiDocument(): Record<string, unknown> {
  if (made) return made;
  const paths: ZodOpenApiPathsObject = {};
  for (const [operationId, endpoint] of Object.entries(api) as [string, Endpoint][]) {
    const path = endpoint.path.replace(/<(\w+)>/, "{$1}");
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(operationId, endpoint) };
  }
  made = createDocument({
    openapi: "3.1.0",
    info: {
      title: "Latchkey",
      version: "1.0.0",
      description:
        "Accounts over HTTP: register, log in, edit, log out everywhere. Every address answers with and without its trailing slash. Every error is application/problem+json with a stable `code`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: config().publicUrl }],
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "The token that log-in gives. The scheme “Token” is accepted too." },
      },
      schemas: { Problem: PROBLEM },
    },
  }) as unknown as Record<string, unknown>;
  return made;
}

function operation(operationId: string, endpoint: Endpoint): ZodOpenApiOperationObject {
  const parameter = endpoint.path.match(/<(\w+)>/)?.[1];
  return {
    operationId,
    summary: endpoint.summary,
    security: endpoint.access === "token" ? [{ token: [] }] : [],
    ...(parameter && { parameters: [pathParameter(parameter)] }),
    ...(endpoint.input && (endpoint.method === "GET" ? query(endpoint.input) : { requestBody: requestBody(endpoint.input) })),
    responses: { [endpoint.status]: success(endpoint), ...refusals(endpoint) },
  };
}

const query = (input: z.ZodMiniType) => ({ requestParams: { query: input as never } });

const pathParameter = (name: string) => ({
  name,
  in: "path" as const,
  required: true,
  schema: name === "id" ? { type: "integer" as const, minimum: 1 } : { type: "string" as const },
  example: name === "id" ? 1 : `${"0123456789abcdef".repeat(4)}.webp`,
});

function requestBody(input: z.ZodMiniType) {
  const example = exampleOf(input) as Record<string, unknown>;
  const content = Object.fromEntries(BODY_TYPES.map((type) => [type, { schema: input as never, example }]));
  return { required: Object.keys(example).length > 0, content };
}

function success({ output, path }: Endpoint) {
  if (output) return { description: "Done.", content: { "application/json": { schema: output as never, example: exampleOf(output) } } };
  return path.startsWith("/avatars/") ? { description: "The picture.", content: { "image/webp": {} } } : { description: "Done." };
}

function refusals({ access, method, input, takesImage, errors }: Endpoint) {
  const codes: ProblemCode[] = [
    ...(access === "token" ? (["authentication_required", "invalid_token"] as const) : []),
    ...(input && method !== "GET" ? (["payload_too_large", "unsupported_media_type"] as const) : []),
    ...(takesImage || input ? (["overloaded"] as const) : []),
    ...errors,
    "internal_error",
  ];
  const byStatus = Map.groupBy(new Set(codes), (code) => problems[code].status);
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, refusal(group)]));
}

function refusal(codes: ProblemCode[]) {
  const examples = Object.fromEntries(codes.map((code) => [code, { value: problemBody(code, "5f0c…", config().publicUrl) }]));
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code].detail}`).join(" "),
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" }, examples } },
  };
}

/** An example made of the examples of the fields. */
function exampleOf(schema: z.ZodMiniType): unknown {
  const { def } = schema._zod;
  const example = (z.globalRegistry.get(schema)?.examples as unknown[] | undefined)?.[0];
  if (example !== undefined) return example;
  if ("innerType" in def) return exampleOf(def.innerType as z.ZodMiniType);
  if ("element" in def) return [exampleOf(def.element as z.ZodMiniType)];
  if ("values" in def) return (def.values as unknown[])[0];
  if (def.type === "boolean") return false;
  if (def.type === "string") return "Done.";
  if (!("shape" in def)) return undefined;
  const fields = Object.entries(def.shape as Record<string, z.ZodMiniType>);
  return Object.fromEntries(fields.map(([name, field]) => [name, exampleOf(field)]).filter(([, value]) => value !== undefined));
}
