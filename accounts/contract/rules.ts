import { FIELD_CODES, type FieldCode, type FieldError } from "#accounts/errors.ts";

/** A rule of a field: its stable code for programs, and its sentence for people. */
export type Rule = { code: FieldCode; sentence: string };

/** The error of a field that breaks a rule. */
export const broken = (field: string, { code, sentence }: Rule): FieldError => ({ field, code, detail: sentence });

const SEPARATOR = ": ";

/** A rule as the message of a zod check, the only place that zod has for it. `brokenRule` reads it back. */
export const messageOf = ({ code, sentence }: Rule): string => code + SEPARATOR + sentence;
export const rule = (code: FieldCode, sentence: string): string => messageOf({ code, sentence });

/** The rule behind the message of a zod issue; `invalid` for zod's own messages. */
export function brokenRule(message: string): Rule {
  const [code = "", ...sentence] = message.split(SEPARATOR);
  return FIELD_CODES.some((known) => known === code)
    ? { code: code as FieldCode, sentence: sentence.join(SEPARATOR) }
    : { code: "invalid", sentence: message };
}
