import type { ApiDocument } from "#http/openapi.ts";

export type DocumentedField = {
  name: string;
  type: string;
  /** The schema that the type names, which has a section of its own. */
  schema?: string;
  required: boolean;
  description: string;
};

export type Schema = {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  description?: string;
  items?: Schema;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  examples?: unknown[];
  $ref?: string;
};

/** The fields of a schema, with type and description for the reader. */
export function fieldsOf(document: ApiDocument, given: Schema): DocumentedField[] {
  const { properties = {}, required = [] } = resolved(document, given);
  return Object.entries(properties).map(([name, field]) => ({
    name,
    type: typeOf(field),
    schema: nameOf(field.items ?? field),
    required: required.includes(name),
    description: field.description ?? "",
  }));
}

/** The schemas of answers that have a name. */
export function namedAnswers({ components }: ApiDocument): [name: string, schema: Schema][] {
  return Object.entries((components?.schemas ?? {}) as Record<string, Schema>).filter(([name]) => !/(Input|Form|Multipart)$/.test(name));
}

function resolved(document: ApiDocument, schema: Schema): Schema {
  const name = nameOf(schema);
  return name ? (document.components?.schemas?.[name] as Schema) : schema;
}

const nameOf = ({ $ref }: Schema) => $ref?.split("/").at(-1);

function typeOf(schema: Schema): string {
  const { type, format, enum: choices, anyOf, items } = schema;
  if (choices) return choices.map((choice) => `“${choice}”`).join(" or ");
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(" or ");
  if (items) return `list of ${typeOf(items)}`;
  if (format === "date-time") return "instant";
  if (format === "binary") return "file";
  return nameOf(schema) ?? (Array.isArray(type) ? type.join(" or ") : (type ?? "any"));
}
