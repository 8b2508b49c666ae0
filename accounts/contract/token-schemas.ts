import * as z from "zod/mini";
import { DEFAULT_TOKEN_DAYS, DEVICE_NAME_MAX_LENGTH, MAX_TOKEN_DAYS } from "./field-rules.ts";
import { atMost, GivenPassword, present, requiredText, text } from "./fields.ts";
import { rule } from "./rules.ts";

/* The schemas of input about personal access tokens. */

const MAX_SCOPES = 20;
const NAME_SENTENCE = "Give the token a name, so that you recognise it later.";
const DAYS = rule("out_of_range", `Choose 1 to ${MAX_TOKEN_DAYS} days.`);
const SCOPE = "[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,60}"; // RFC 6749 3.3
const WRONG_SCOPES = rule(
  "invalid_characters",
  `Use at most ${MAX_SCOPES} words of at most 60 characters, without quotes, backslashes and accents, separated by single spaces.`,
);
const SCOPE_TEXT = new RegExp(`^(?:${SCOPE}(?: ${SCOPE}){0,${MAX_SCOPES - 1}})?$`);
const scopeTextLimit = atMost(MAX_SCOPES * 61, "scopes");

const days = z
  .pipe(
    z.transform((given: unknown) => (typeof given === "string" && /^\d{1,3}$/.test(given) ? Number(given) : given)),
    z.int(DAYS).check(z.gte(1, DAYS), z.lte(MAX_TOKEN_DAYS, DAYS)),
  )
  .register(z.globalRegistry, {
    description: "Days until it ends.",
    override: { type: "integer", minimum: 1, maximum: MAX_TOKEN_DAYS },
    examples: [DEFAULT_TOKEN_DAYS],
  });

/** Scopes as a list of words, or as one text with spaces between them. */
const scopes = z
  .pipe(
    z.transform((given: unknown) => (Array.isArray(given) && given.every((one) => typeof one === "string") ? given.join(" ") : given)),
    text(scopeTextLimit).check(z.trim(), z.regex(SCOPE_TEXT, WRONG_SCOPES)),
  )
  .register(z.globalRegistry, {
    description:
      "Words for the services that are given the token; Latchkey itself doesn’t interpret them. A list, or a text with spaces between them.",
    override: { anyOf: [{ type: "array", items: { type: "string" }, maxItems: MAX_SCOPES }, { type: "string" }] },
    examples: ["notes:read notes:write"],
  });

export const NewTokenInput = z
  .strictObject({
    name: requiredText(NAME_SENTENCE, atMost(DEVICE_NAME_MAX_LENGTH, "the name")).check(
      z.trim(),
      present(NAME_SENTENCE),
      z.regex(/^[^\p{C}\u2028\u2029]*$/u, rule("invalid_characters", "This must be a single line.")),
      z.maxLength(DEVICE_NAME_MAX_LENGTH, rule("too_long", `Use at most ${DEVICE_NAME_MAX_LENGTH} characters for the name.`)),
      z.meta({ description: "What it is for.", maxLength: DEVICE_NAME_MAX_LENGTH, examples: ["Backup script"] }),
    ),
    expires_in_days: z.prefault(days, DEFAULT_TOKEN_DAYS),
    scopes: z.prefault(scopes, ""),
    current_password: z.optional(GivenPassword),
  })
  .register(z.globalRegistry, { id: "NewTokenInput" });

export type NewTokenInput = z.output<typeof NewTokenInput>;
