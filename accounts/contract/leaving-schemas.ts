import * as z from "zod/mini";
import { CODE_LIMIT, recoveryCode, totpCode } from "./factor-forms.ts";
import { USERNAME_MAX_LENGTH } from "./field-rules.ts";
import { GivenPassword, present, requiredText, text } from "./fields.ts";
import { PasskeyAssertion } from "./passkey-schemas.ts";
import { rule } from "./rules.ts";
import { LoginInput } from "./schemas.ts";

/* What comes in when users leave, or keep their account. */

const TYPE_IT = "Type your username.";
const typedLimit = { length: 4 * USERNAME_MAX_LENGTH, rule: rule("too_long", "This is too long to be your username.") };
const current_password = z.optional(GivenPassword);

export const DeactivateInput = z.strictObject({ current_password }).register(z.globalRegistry, { id: "DeactivateInput" });

export const DeleteAccountInput = z
  .strictObject({
    username: requiredText(TYPE_IT, typedLimit).check(
      present(TYPE_IT),
      z.meta({ description: "The own username, typed again.", examples: ["ada.lovelace"] }),
    ),
    when: z._default(
      z
        .enum(["grace", "now"], rule("invalid_choice", "Choose “grace” or “now”."))
        .check(z.meta({ description: "`grace` waits some days, in which a log-in can keep the account; `now` deletes it for good." })),
      "grace",
    ),
    current_password,
    code: z.optional(totpCode(text(CODE_LIMIT))),
    recovery_code: z.optional(recoveryCode(text(CODE_LIMIT))),
    passkey: z.optional(PasskeyAssertion),
  })
  .register(z.globalRegistry, { id: "DeleteAccountInput" });

/** A log-in that keeps the account. */
export const CancelDeletionInput = z
  .strictObject({ email: LoginInput.shape.email, password: GivenPassword, device_name: LoginInput.shape.device_name })
  .register(z.globalRegistry, { id: "CancelDeletionInput" });

export type DeactivateInput = z.output<typeof DeactivateInput>;
export type DeleteAccountInput = z.output<typeof DeleteAccountInput>;
