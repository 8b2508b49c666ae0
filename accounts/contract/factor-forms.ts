import * as z from "zod/mini";
import { PASSKEY_NAME_MAX_LENGTH } from "./field-rules.ts";
import { atMost, Email, flag, GivenPassword, givenName, ID_PATTERN, NewPassword, present, requiredText, text, Username } from "./fields.ts";
import { rule } from "./rules.ts";

/* What people type into forms about factors. The browser checks forms with these schemas, so they are apart from those of the API. */

export const CODE_LIMIT = { length: 60, rule: rule("too_long", "This is too long to be a code.") };
const ADDRESS_LIMIT = atMost(2_000, "an address");
const ENTER_CODE = "Enter the code from your authenticator app.";
const ENTER_RECOVERY_CODE = "Enter one of your recovery codes.";
const NAME_IT = "Give the passkey a name.";

const withoutBlanks = z.overwrite<string>((value) => value.normalize("NFKC").replace(/\s/g, ""));

export const totpCode = (base: z.ZodMiniString) =>
  base.check(
    withoutBlanks,
    z.regex(/^[0-9]{6}$/, rule("invalid_format", "Enter the six digits that your authenticator app shows.")),
    z.meta({ description: "The code that the authenticator app shows now: six digits.", examples: ["492039"] }),
  );

/** As people copy them: in any case, with or without hyphens, and with letters that look like a digit. */
const asGenerated = z.overwrite<string>((value) => {
  const plain = value.normalize("NFKC").toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return plain.length === 16 ? plain.replace(/(.{4})(?=.)/g, "$1-") : plain;
});

export const recoveryCode = (base: z.ZodMiniString) =>
  base.check(
    asGenerated,
    z.regex(
      /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/,
      rule("invalid_format", "Enter a recovery code, like 7Q2M-X0VD-4KHT-9R5C."),
    ),
    z.meta({ description: "A recovery code that wasn’t used yet.", examples: ["7Q2M-X0VD-4KHT-9R5C"] }),
  );

const nameLimit = atMost(PASSKEY_NAME_MAX_LENGTH, "the name");
const passkeyName = (base: z.ZodMiniString) =>
  givenName(base.check(z.trim(), present(NAME_IT)), nameLimit, "A name for the passkey, shown in the list.", "Work laptop");
export const PasskeyName = passkeyName(requiredText(NAME_IT, nameLimit));
export const OwnPasskeyName = passkeyName(text(nameLimit));

export const NewTotpCode = totpCode(requiredText(ENTER_CODE, CODE_LIMIT).check(present(ENTER_CODE)));

const empty = z.literal("", rule("wrong_type", "This must be text."));
const current_password = z.optional(z.union([GivenPassword, empty]));
const next = z._default(text(ADDRESS_LIMIT), "");
const trust_browser = z._default(flag("Trust this browser."), false);
const id = text(atMost(100, "a number")).check(z.regex(ID_PATTERN, rule("invalid", "This is not the id of a passkey.")));

/* The second step of a sign-in; its challenge is in a cookie. */

export const CodeFormInput = z.strictObject({ code: NewTotpCode, trust_browser, next });
export const RecoveryCodeFormInput = z.strictObject({
  recovery_code: recoveryCode(requiredText(ENTER_RECOVERY_CODE, CODE_LIMIT).check(present(ENTER_RECOVERY_CODE))),
  trust_browser,
  next,
});

/* Setting up an authenticator app: sent first for the QR code, and then, with `step`, to confirm. */

const step = z.optional(text(CODE_LIMIT));
const code = z.optional(z.union([NewTotpCode, empty]));
export const SetUpTotpFormInput = z.strictObject({ step, code, current_password });
export const SetUpAtLoginFormInput = z.strictObject({ step, code, next });

/** What changes factors and has no other field. */
export const FactorFormInput = z.strictObject({ current_password });

/** Who registers with a passkey in place of a password. */
export const NewAccountFields = z.strictObject({ email: Email, username: Username });

export const RenamePasskeyFormInput = z.strictObject({ id, name: PasskeyName, current_password });
export const RemovePasskeyFormInput = z.strictObject({ id, current_password });

/** The first password of somebody who registered with a passkey. */
export const SetPasswordFormInput = z.strictObject({ new_password: NewPassword });

export type SetPasswordFormInput = z.output<typeof SetPasswordFormInput>;
