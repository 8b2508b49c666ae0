import * as z from "zod/mini";
import { AccountsError, type FieldError } from "#accounts/errors.ts";
import { broken, brokenRule } from "./rules.ts";

const MAX_ECHO_LENGTH = 60;

/** Parses raw input with a schema. Throws `validation_failed` with every wrong field. */
export function parseInput<S extends z.ZodMiniType>(schema: S, raw: unknown): z.output<S> {
  const result = z.safeParse(schema, raw);
  if (result.success) return result.data;
  throw new AccountsError("validation_failed", { fields: result.error.issues.flatMap(fieldErrors) });
}

/**
 * Like `parseInput`. If the schema refuses the input, `inspect` also checks the valid fields by rules that a schema can't check,
 * so that one answer names everything. Throws `validation_failed` with every wrong field.
 */
export async function parseAndInspect<S extends z.ZodMiniType>(
  schema: S,
  raw: unknown,
  inspect: (valid: Partial<z.output<S>>) => Promise<unknown> = async () => {},
): Promise<z.output<S>> {
  try {
    return parseInput(schema, raw);
  } catch (error) {
    const { fields } = error as AccountsError;
    const more = await inspect(validFields(schema, raw)).then(
      () => [],
      (reason) => (reason instanceof AccountsError ? reason.fields : []), // other refusals are reported once the fields are right
    );
    throw new AccountsError("validation_failed", { fields: [...fields, ...more] });
  }
}

/** The fields that are valid by themselves. */
function validFields<S extends z.ZodMiniType>(schema: S, raw: unknown): Partial<z.output<S>> {
  const { shape = {} } = schema._zod.def as { shape?: Record<string, z.ZodMiniType> };
  const given = typeof raw === "object" && raw !== null ? Object.entries(raw) : [];
  const valid = given.flatMap(([name, value]) => {
    const result = Object.hasOwn(shape, name) ? z.safeParse(shape[name] as z.ZodMiniType, value) : null;
    return result?.success ? [[name, result.data]] : [];
  });
  return Object.fromEntries(valid);
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      field: key.slice(0, MAX_ECHO_LENGTH),
      code: "unknown_field",
      detail: `There is no field “${key.slice(0, MAX_ECHO_LENGTH)}” here. Leave it out.`,
    }));
  }
  if (issue.code === "invalid_union") {
    const nearest = issue.errors.flat().find(({ code }) => code !== "invalid_type" && code !== "custom") ?? issue.errors.flat().at(-1);
    if (nearest) return [fieldError(issue, nearest.message)];
  }
  if (issue.path.length === 0) return [{ field: null, code: "wrong_type", detail: "Send an object with the fields of this address." }];
  return [fieldError(issue, issue.message)];
}

function fieldError({ path }: z.core.$ZodIssue, message: string): FieldError {
  return broken(path.join("/"), brokenRule(message));
}
