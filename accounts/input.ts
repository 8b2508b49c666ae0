import * as z from "zod/mini";
import { AccountsError, type FieldError } from "./errors.ts";
import { codeOf } from "./fields.ts";

const LONGEST_ECHO = 60;

/** Checks raw input with its schema. Throws `validation_failed` with every wrong field at once. */
export function parseInput<S extends z.ZodMiniType>(schema: S, raw: unknown): z.output<S> {
  const result = z.safeParse(schema, raw);
  if (result.success) return result.data;
  throw new AccountsError("validation_failed", { fields: result.error.issues.flatMap(fieldErrors) });
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      field: key.slice(0, LONGEST_ECHO),
      code: "unknown_field",
      detail: `There is no field “${key.slice(0, LONGEST_ECHO)}” here. Leave it out.`,
    }));
  }
  if (issue.code === "invalid_union") {
    const nearest = issue.errors.flat().find(({ code }) => code !== "invalid_type" && code !== "custom") ?? issue.errors.flat().at(-1);
    if (nearest) return [{ field: issue.path.join("/"), code: codeOf(nearest.message), detail: nearest.message }];
  }
  if (issue.path.length === 0) return [{ field: null, code: "wrong_type", detail: "Send an object with the fields of this address." }];
  return [{ field: issue.path.join("/"), code: codeOf(issue.message), detail: issue.message }];
}
