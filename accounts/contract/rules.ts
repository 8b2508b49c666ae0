import { FIELD_CODES, type FieldCode } from "#accounts/errors.ts";

/** A rule of a field: its stable code for machines, and the sentence for whoever broke it. */
export type Rule = { code: FieldCode; sentence: string };

const SEPARATOR = ": ";

/** A rule as the message of a zod check, which is the only text that zod keeps; `brokenRule` reads it. */
export const messageOf = ({ code, sentence }: Rule): string => code + SEPARATOR + sentence;
export const rule = (code: FieldCode, sentence: string): string => messageOf({ code, sentence });

/** The rule that a message of zod stands for; `invalid` for a message of zod's own. */
export function brokenRule(message: string): Rule {
  const [code = "", ...sentence] = message.split(SEPARATOR);
  return FIELD_CODES.some((known) => known === code)
    ? { code: code as FieldCode, sentence: sentence.join(SEPARATOR) }
    : { code: "invalid", sentence: message };
}
