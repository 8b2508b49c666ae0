import * as z from "zod/mini";

export type DocumentedField = { name: string; type: string; required: boolean; description: string };

type Schema = { type?: string | string[]; format?: string; enum?: unknown[]; description?: string; anyOf?: Schema[]; $ref?: string };

/** The fields of a schema with what is said of each, for the reader. */
export function fieldsOf(schema: z.ZodMiniType, io: "input" | "output"): DocumentedField[] {
  const whole = z.toJSONSchema(schema, { unrepresentable: "any", io });
  const named = whole.$ref?.replace("#/$defs/", ""); // a schema with a name of its own is put under it
  const { properties = {}, required = [] } = (named && (whole.$defs?.[named] as typeof whole)) || whole;
  return Object.entries(properties as Record<string, Schema>).map(([name, field]) => ({
    name,
    type: typeOf(field),
    required: required.includes(name),
    description: field.description ?? "",
  }));
}

function typeOf({ type, format, enum: choices, anyOf, $ref }: Schema): string {
  if (choices) return choices.map((choice) => `“${choice}”`).join(" or ");
  if ($ref) return $ref.split("/").at(-1) ?? "object";
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(" or ");
  const base = Array.isArray(type) ? type.join(" or ") : (type ?? "file or text");
  return format === "date-time" ? "instant" : base;
}
