import type * as z from "zod/mini";
import { parseInput } from "#accounts/contract/input.ts";
import { broken } from "#accounts/contract/rules.ts";
import { AccountsError, FIELD_CODES } from "#accounts/errors.ts";
import { TAKEN } from "#accounts/users/names.ts";
import { type Endpoint, refusesCrossSite } from "./endpoint.ts";
import { exampleOf } from "./openapi-examples.ts";
import { type ProblemCode, problemBody, problems } from "./problem.ts";
import { challenge } from "./refusal.ts";

const REQUEST_ID = "5f0c3a52-9d7e-4c1b-8a46-2f1de0b7c9aa";

/** The schema of a problem (RFC 9457), with a stable `code` and the wrong fields. */
export const problemSchema = {
  type: "object" as const,
  description: "RFC 9457. Tell errors apart by `code`.",
  required: ["type", "title", "status", "detail", "code", "request_id"],
  properties: {
    type: { type: "string" as const, format: "uri", description: "Where this code is documented." },
    title: { type: "string" as const, description: "The code in words." },
    status: { type: "integer" as const, description: "The status of the answer." },
    detail: { type: "string" as const, description: "What is wrong and what to do, for people." },
    code: { type: "string" as const, enum: Object.keys(problems), description: "Stable: tell errors apart by this." },
    errors: {
      type: "array" as const,
      description: "Every wrong field.",
      items: {
        type: "object" as const,
        required: ["pointer", "code", "detail"],
        properties: {
          pointer: { type: "string" as const, description: "The wrong field, as a JSON pointer (RFC 6901); # is the whole body." },
          code: { type: "string" as const, enum: [...FIELD_CODES], description: "Stable: tell what is wrong with the field by this." },
          detail: { type: "string" as const, description: "What to do about it, for people." },
        },
      },
    },
    challenge: {
      type: "string" as const,
      description: "Of `second_factor_required` and `second_factor_setup_required`: the secret that goes on with the log-in.",
    },
    expires_at: { type: "string" as const, format: "date-time", description: "When the challenge ends." },
    factors: {
      type: "array" as const,
      items: { type: "string" as const, enum: ["totp", "recovery_code", "passkey"] },
      description: "What finishes the log-in, or can be set up.",
    },
    request_id: { type: "string" as const, description: "Finds the request in the service's log; also in X-Request-Id." },
  },
};

const header = (
  description: string,
  schema: { type: "string" | "integer"; format?: string; minimum?: number },
  example: string | number,
) => ({
  description,
  schema,
  example,
});

export const headerComponents = () => ({
  "X-Request-Id": header(
    "Finds the request in the service's log. A well-formed one of the request is kept.",
    { type: "string" },
    REQUEST_ID,
  ),
  "RateLimit-Policy": header(
    "The limit of this client that is nearest to its end, or that refused: how much it allows (q) in how many seconds (w). Left out if none was looked at.",
    { type: "string" },
    '"login_address";q=20;w=300',
  ),
  RateLimit: header("What is left of it (r), and for how many seconds (t).", { type: "string" }, '"login_address";r=0;t=120'),
  "Retry-After": header("Seconds to wait before the next try.", { type: "integer", minimum: 1 }, 30),
  "WWW-Authenticate": header(
    "RFC 6750. Has `error` if a missing or dead token is the reason.",
    { type: "string" },
    challenge("invalid_token"),
  ),
  Location: header("Where what was created can be read, with a token.", { type: "string", format: "uri-reference" }, "/auth/me/"),
  "Cache-Control": header("The picture at an address never changes.", { type: "string" }, "public, max-age=31536000, immutable"),
  ETag: header("Send it as If-None-Match to get 304 instead of the same bytes.", { type: "string" }, `"${"0123456789abcdef".repeat(4)}"`),
});

export type HeaderName = keyof ReturnType<typeof headerComponents>;

const refer = (...names: HeaderName[]) => Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** The answers of an operation by status: success and all refusals. */
export function answers(endpoint: Endpoint) {
  return { ...successes(endpoint), ...refusals(endpoint) };
}

function successes({ output, path, status, location, carries = {}, hasTag, downloads, errors }: Endpoint) {
  const carried = Object.entries(carries).map(([name, description]) => [name, { description, schema: { type: "string" as const } }]);
  const headers = {
    ...refer(
      "X-Request-Id",
      ...(location ? ["Location" as const] : []),
      ...(hasTag ? ["ETag" as const] : []),
      ...(errors?.includes("rate_limited") ? (["RateLimit-Policy", "RateLimit"] as const) : []),
    ),
    ...Object.fromEntries(carried),
  };
  if (output) {
    const file = downloads && { [downloads]: { schema: { type: "string" as const, format: "binary" } } };
    const content = { "application/json": { schema: output as never, example: exampleOf(output) }, ...file };
    const unchanged = hasTag && { 304: { description: "The answer is the one that `If-None-Match` names.", headers } };
    return { [status]: { description: "Done.", headers, content }, ...unchanged };
  }
  if (!path.startsWith("/avatars/")) return { [status]: { description: "Done.", headers } };
  const kept = refer("X-Request-Id", "Cache-Control", "ETag");
  return {
    200: {
      description: "The picture.",
      headers: kept,
      content: { "image/webp": { schema: { type: "string" as const, format: "binary" } } },
    },
    304: { description: "The picture is the one that `If-None-Match` names.", headers: kept },
  };
}

function refusals(endpoint: Endpoint) {
  const { access, method, input, takesImage, errors = [] } = endpoint;
  const codes: ProblemCode[] = [
    ...(refusesCrossSite(endpoint) ? (["cross_site"] as const) : []),
    ...(access !== "public" ? (["authentication_required", "invalid_token"] as const) : []),
    ...(access === "token" ? (["not_permitted"] as const) : []), // to a personal access token
    ...(access !== "public" ? (["rate_limited"] as const) : []), // too many invalid tokens from one address
    ...(input && method !== "GET" ? (["payload_too_large", "unsupported_media_type"] as const) : []),
    ...(takesImage || input ? (["overloaded"] as const) : []),
    "storage_unavailable",
    ...errors,
    "internal_error",
  ];
  const byStatus = Map.groupBy(new Set(codes), (code) => problems[code].status);
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, refusal(status, group, input)]));
}

function refusal(status: number, codes: ProblemCode[], input: z.ZodMiniType | undefined) {
  const examples = codes.map((code) => [code, { value: problemBody({ code, fields: exampleFields(code, input) }, REQUEST_ID) }]);
  const headers = refer(
    "X-Request-Id",
    ...(status === 401 ? ["WWW-Authenticate" as const] : []),
    ...(status === 429 ? (["RateLimit-Policy", "RateLimit"] as const) : []),
    ...(status === 429 || status === 503 ? ["Retry-After" as const] : []),
  );
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code].detail}`).join(" "),
    headers,
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" }, examples: Object.fromEntries(examples) } },
  };
}

/** An example of wrong fields, as the service answers for an empty body or an unknown field. */
function exampleFields(code: ProblemCode, input: z.ZodMiniType | undefined) {
  if (code === "user_already_exists") return [broken("email", TAKEN.email)];
  if (code !== "validation_failed" || !input) return [];
  for (const raw of [{}, { nickname: "Ada" }]) {
    try {
      parseInput(input, raw);
    } catch (error) {
      if (error instanceof AccountsError) return error.fields;
      throw error;
    }
  }
  return [];
}
