import * as z from "zod/mini";
import { CODE_LIMIT, FactorFormInput, NewTotpCode, recoveryCode } from "./factor-forms.ts";
import { USERNAME_MAX_LENGTH } from "./field-rules.ts";
import { present, requiredText, text } from "./fields.ts";
import { rule } from "./rules.ts";

/* What people type into the forms about leaving. */

const TYPE_IT = "Type your username.";
const typedLimit = { length: 4 * USERNAME_MAX_LENGTH, rule: rule("too_long", "This is too long to be your username.") };

export const TypedUsername = requiredText(TYPE_IT, typedLimit).check(
  present(TYPE_IT),
  z.meta({ description: "The own username, typed again.", examples: ["ada.lovelace"] }),
);

export const DeleteFormInput = z.extend(FactorFormInput, { username: TypedUsername });

const empty = z.literal("", rule("wrong_type", "This must be text."));

/** The passkey, which a browser answers, isn't typed. */
export const DeleteNowFormInput = z.extend(DeleteFormInput, {
  code: z.optional(z.union([NewTotpCode, empty])),
  recovery_code: z.optional(z.union([recoveryCode(text(CODE_LIMIT)), empty])),
});
