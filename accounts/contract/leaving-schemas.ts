import * as z from "zod/mini";
import { CODE_LIMIT, recoveryCode, totpCode } from "./factor-forms.ts";
import { GivenPassword, text } from "./fields.ts";
import { DeleteNowFormInput, TypedUsername } from "./leaving-forms.ts";
import { PasskeyAssertion } from "./passkey-schemas.ts";
import { rule } from "./rules.ts";
import { LoginInput } from "./schemas.ts";

/* What comes in when users leave, or keep their account. */

const current_password = z.optional(GivenPassword);

export const DeactivateInput = z.strictObject({ current_password }).register(z.globalRegistry, { id: "DeactivateInput" });

export const DeleteAccountInput = z
  .strictObject({
    username: TypedUsername,
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

/** The form that deletes now: the browser sends it again with the answer of a passkey, if one is asked for. */
export const DeleteNowWithPasskeyInput = z.extend(DeleteNowFormInput, { passkey: z.optional(PasskeyAssertion) });

export type DeactivateInput = z.output<typeof DeactivateInput>;
export type DeleteAccountInput = z.output<typeof DeleteAccountInput>;
