import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expectSame } from "./quick-expect.ts";
import { type Answer, send } from "./request.ts";

export type Content = Record<string, { example?: unknown; schema?: Schema; examples?: Record<string, { value: unknown }> }>;
export type Schema = {
  type?: string | string[];
  format?: string;
  pattern?: string;
  $ref?: string;
  properties?: Record<string, Schema>;
} & Record<string, unknown>;
export type Operation = {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: object[];
  parameters?: { in: string; name: string; schema: Schema; example?: unknown }[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { headers?: Record<string, unknown>; content?: Content }>;
};
export type ApiDocument = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
  info: { version: string };
};

export type Documented = {
  document: ApiDocument;
  /** Fails unless the document describes this answer to this request. */
  check(method: string, path: string, answer: Answer): void;
  /** What is wrong with a value by the schema at this JSON pointer into the document, or null. */
  problemsOf(pointer: string, value: unknown): string | null;
};

/** Reads a server's own OpenAPI document, to compare its answers with it. */
export async function readDocument(base: string): Promise<Documented> {
  const { body: document } = (await send(base, "GET", "/auth/openapi.json")) as { body: ApiDocument };
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, "api");

  const problemsOf = (pointer: string, value: unknown) => {
    const validate = ajv.getSchema(`api#${pointer}`); // compiled once
    if (!validate) throw new Error(`The API document has no schema at ${pointer}.`);
    return validate(value) ? null : ajv.errorsText(validate.errors);
  };

  function check(method: string, path: string, answer: Answer): void {
    const asked = `${method} ${path} → ${answer.status}`;
    const found = findOperation(document, method === "HEAD" ? "GET" : method, path);
    const type = answer.headers["content-type"]?.split(";")[0] ?? "";
    if (answer.status >= 400 && method !== "HEAD") {
      expectSame(type, "application/problem+json", `${asked}: every refusal is problem+json`);
      expectSame(problemsOf("/components/schemas/Problem", answer.body), null, asked);
      expectSame(answer.body.status, answer.status, asked);
      expectSame(answer.body.request_id, answer.headers["x-request-id"], asked);
    }
    if (!found) return;
    const { pointer, operation } = found;
    const response = operation.responses[answer.status];
    expectSame(response !== undefined, true, `${asked}: the status is in the API document`);
    if (!type) return;
    expectSame(Object.keys(response?.content ?? {}).includes(type), true, `${asked}: the content type is in the API document`);
    if (answer.body !== undefined) {
      expectSame(problemsOf(`${pointer}/responses/${answer.status}/content/${pointerPart(type)}/schema`, answer.body), null, asked);
    }
  }

  return { document, check, problemsOf };
}

/** The operation of the document for a request; none for another method or an unknown address. */
function findOperation(document: ApiDocument, method: string, target: string) {
  const path = withoutSlash(target.split("?", 1)[0] ?? "");
  const isLiteral = Object.keys(document.paths).some((template) => withoutSlash(template) === path);
  for (const [template, operations] of Object.entries(document.paths)) {
    if (isLiteral && withoutSlash(template) !== path) continue; // not the parameter of a sibling
    const pattern = new RegExp(
      `^${withoutSlash(template)
        .replace(/[.]/g, "\\.")
        .replace(/\{\w+\}/, "[^/]+")}$`,
    );
    const operation = operations[method.toLowerCase()];
    if (operation && pattern.test(path)) return { operation, pointer: `/paths/${pointerPart(template)}/${method.toLowerCase()}` };
  }
  return null;
}

const withoutSlash = (path: string) => path.replace(/\/$/, "");
const pointerPart = (part: string) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")).replaceAll("~", "~");
