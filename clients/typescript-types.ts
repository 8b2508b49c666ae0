import type { ApiDocument } from "#http/openapi.ts";

/* The types of the TypeScript client, written from the OpenAPI document. What this can't write as a type stops it. */

type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  description?: string;
};
type Content = Record<string, { schema?: Schema; example?: unknown; examples?: Record<string, unknown> }>;
export type Operation = {
  operationId: string;
  summary: string;
  description: string;
  security: Record<string, string[]>[];
  parameters?: { in: string; name: string; required?: boolean; schema: Schema; description?: string; example?: unknown }[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { content?: Content }>;
};
export type Asked = { method: string; path: string; operation: Operation };

const JSON_TYPE = "application/json";
const PRIMITIVES: Record<string, string> = {
  string: "string",
  integer: "number",
  number: "number",
  boolean: "boolean",
  null: "null",
};

/** All operations of the document, in its order. */
export function operationsOf({ paths = {} }: ApiDocument): Asked[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations as Record<string, Operation>).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

/** A module with a type for each schema, and for each operation its path, input, answer and error codes. */
export function typesOf(document: ApiDocument): string {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
  const operations = operationsOf(document).filter(({ operation }) => !isFile(operation));
  const table = operations.map(({ method, path, operation }) => `${operation.operationId}: ["${method}", "${path}"],`);
  const types = operations.map((asked) => operationType(asked, schemas)).join("\n");
  const named = [...reachable(types, schemas)].map((name) => {
    const schema = { ...schemas[name], ...withFiles(schemas[name], schemas[name.replace(/Input$/, "Multipart")]) };
    return `${comment(schema.description)}export type ${name} = ${typeOf(schema)};`;
  });
  return [
    "/* Made from the API's table by “npm run clients:generate”. */",
    ...named,
    "/** The stable code of a refusal. */\nexport type ProblemCode = Problem['code'];",
    "/** The stable code of a wrong field. */\nexport type FieldCode = NonNullable<Problem['errors']>[number]['code'];",
    `/** What each operation takes and answers, and the codes with which it may refuse. */\nexport interface Operations {\n${types}\n}`,
    `/** The method and path of each operation. */\nexport const OPERATIONS = {\n${table.join("\n")}\n} as const;`,
  ].join("\n\n");
}

function operationType({ method, path, operation }: Asked, schemas: Record<string, Schema>): string {
  const { operationId, description, parameters = [], requestBody, responses } = operation;
  const id = parameters.find((parameter) => parameter.in === "path");
  const query = parameters.filter((parameter) => parameter.in === "query");
  const body = requestBody?.content[JSON_TYPE]?.schema;
  const [, success] = Object.entries(responses).find(([status]) => status.startsWith("2")) ?? [];
  const answer = success?.content?.[JSON_TYPE]?.schema;
  const lines = [
    `method: "${method}"; path: "${path}";`,
    ...(id ? [`id: ${typeOf(id.schema)};`] : []),
    ...(body ? [`input: ${typeOf(body)};`] : []),
    ...(query.length > 0 ? [`input: {\n${query.map(queryField).join("\n")}\n};`] : []),
    `output: ${answer ? typeOf(answer) : "undefined"};`,
    `code: ${codesOf(operation).map(literal).join(" | ") || "never"};`,
  ];
  if (body?.$ref && !schemas[nameOf(body.$ref)]) throw new Error(`${operationId} refers to an unknown schema.`);
  return `${comment(description)}${operationId}: {\n${lines.join("\n")}\n};`;
}

const queryField = ({ name, required, schema, description }: NonNullable<Operation["parameters"]>[number]) =>
  `${comment(description ?? schema.description)}${key(name)}${required ? "" : "?"}: ${typeOf(schema)};`;

/** The codes with which an operation refuses: its answers have an example of each. */
const codesOf = ({ responses }: Operation): string[] =>
  Object.values(responses).flatMap(({ content }) => Object.keys(content?.["application/problem+json"]?.examples ?? {}));

const isFile = ({ responses }: Operation): boolean =>
  Object.values(responses).some(({ content }) => Object.keys(content ?? {}).some((type) => !type.includes("json")));

/** In a multipart form a picture is a file: the client sends one as soon as it is given a Blob. */
function withFiles(schema: Schema | undefined, multipart: Schema | undefined): Schema {
  const files = Object.entries(multipart?.properties ?? {}).filter(([, { format }]) => format === "binary");
  const fields = files.map(([name]) => [name, { ...schema?.properties?.[name], format: "binary" }]);
  return { properties: { ...schema?.properties, ...Object.fromEntries(fields) } };
}

/** The names of the schemas that these types name, and of those that they name themselves. */
function reachable(types: string, schemas: Record<string, Schema>): Set<string> {
  const found = new Set(["Problem"]);
  const visit = (text: string) => {
    for (const name of Object.keys(schemas)) {
      if (found.has(name) || !new RegExp(`\\b${name}\\b`).test(text)) continue;
      found.add(name);
      visit(typeOf(schemas[name] ?? {}));
    }
  };
  visit(types);
  return new Set(Object.keys(schemas).filter((name) => found.has(name)));
}

function typeOf(schema: Schema): string {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum) return schema.enum.map(literal).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((choice) => `(${typeOf(choice)})`).join(" | ");
  if (Array.isArray(schema.type))
    return [...schema.type.map((type) => typeOf({ ...schema, type, format: undefined })), ...file(schema)].join(" | ");
  if (schema.type === "array") return `(${typeOf(schema.items ?? {})})[]`;
  if (schema.type === "object") return objectType(schema);
  const primitive = PRIMITIVES[schema.type ?? ""];
  if (!primitive) throw new Error(`This is no type that can be written: ${JSON.stringify(schema)}`);
  return [primitive, ...file(schema)].join(" | ");
}

const file = ({ format }: Schema) => (format === "binary" ? ["Blob"] : []);

function objectType({ properties = {}, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties).map(
    ([name, schema]) => `${comment(schema.description)}${key(name)}${required.includes(name) ? "" : "?"}: ${typeOf(schema)};`,
  );
  if (fields.length > 0) return `{\n${fields.join("\n")}\n}`;
  return `Record<string, ${typeof additionalProperties === "object" ? typeOf(additionalProperties) : "unknown"}>`;
}

const nameOf = (ref: string) => ref.split("/").at(-1) ?? "";
const literal = (value: unknown) => JSON.stringify(value);
const key = (name: string) => (/^[a-z_]\w*$/i.test(name) ? name : literal(name));
const comment = (text: string | undefined) => (text ? `/** ${text.replaceAll("*/", "*\\/")} */\n` : "");
