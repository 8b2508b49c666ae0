import * as z from "zod/mini";
import { config } from "#accounts/config.ts";

/** A PNG of one green pixel. */
const PICTURE =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWNQWpUGAAIkATM6oYJNAAAAAElFTkSuQmCC";

/** Examples of fields that depend on the schema they are in. */
const BY_NAME: Record<string, unknown> = { image: PICTURE, new_password: "Nine walruses on 2 skis" };

/** An example made of the fields' examples; it is valid as it is. */
export function exampleOf(schema: z.ZodMiniType): unknown {
  const { def } = schema._zod;
  const example = (z.globalRegistry.get(schema)?.examples as unknown[] | undefined)?.[0];
  if (example !== undefined) return atThisService(example);
  if ("innerType" in def) return exampleOf(def.innerType as z.ZodMiniType);
  if ("element" in def) return [exampleOf(def.element as z.ZodMiniType)];
  if ("values" in def) return (def.values as unknown[])[0];
  if (def.type === "boolean") return false;
  if (def.type === "string") return "Done.";
  if (!("shape" in def)) return undefined;
  const fields = Object.entries(def.shape as Record<string, z.ZodMiniType>);
  const values = fields.map(([name, field]) => [
    name,
    (def as { catchall?: unknown }).catchall ? (BY_NAME[name] ?? exampleOf(field)) : exampleOf(field),
  ]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** Replaces the addresses in examples by those of this service. */
export const atThisService = (example: unknown): unknown =>
  typeof example === "string" && /^\/(avatars|auth)\//.test(example) ? config().publicUrl + example : example;
