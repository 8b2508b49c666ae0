import * as z from "zod/mini";
import { CODE_LIMIT, NewTotpCode, recoveryCode, totpCode } from "./factor-forms.ts";
import { GivenPassword, present, requiredText, text } from "./fields.ts";
import { rule } from "./rules.ts";

/* What comes in about second factors. */

const CHALLENGE_LIMIT = { length: 200, rule: rule("too_long", "This is too long to be a challenge.") };
const CHALLENGE = { description: "From the answer of the log-in.", examples: ["lkf_ExampleOfAChallengeThatOpensNothingAnywhereAtAl"] };

const challenge = requiredText("Log in first.", CHALLENGE_LIMIT).check(present("Log in first."), z.meta(CHALLENGE));
const currentPassword = z.optional(GivenPassword);

/** But for the passkey, whose answer has a schema that forms in the browser don't need. */
export const SecondFactorInput = z.strictObject({
  challenge,
  code: z.optional(totpCode(text(CODE_LIMIT))),
  recovery_code: z.optional(recoveryCode(text(CODE_LIMIT))),
});

export const StartTotpInput = z
  .strictObject({ current_password: currentPassword, challenge: z.optional(challenge) })
  .register(z.globalRegistry, { id: "StartTotpInput" });

export const ConfirmTotpInput = z
  .strictObject({
    code: NewTotpCode,
    current_password: currentPassword,
    challenge: z.optional(challenge),
  })
  .register(z.globalRegistry, { id: "ConfirmTotpInput" });

export const RemoveTotpInput = z.strictObject({ current_password: currentPassword }).register(z.globalRegistry, { id: "RemoveTotpInput" });

export const RecoveryCodesInput = z
  .strictObject({ current_password: currentPassword })
  .register(z.globalRegistry, { id: "RecoveryCodesInput" });

export type StartTotpInput = z.output<typeof StartTotpInput>;
export type ConfirmTotpInput = z.output<typeof ConfirmTotpInput>;
export type RemoveTotpInput = z.output<typeof RemoveTotpInput>;
export type RecoveryCodesInput = z.output<typeof RecoveryCodesInput>;
