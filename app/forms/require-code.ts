import { ConfirmTotpInput } from "#accounts/contract/factor-schemas.ts";
import { parseInput } from "#accounts/contract/input.ts";

/** The code that confirms an authenticator app. Throws `validation_failed` if it was left empty. */
export const requireCode = (code: string | undefined): string => parseInput(ConfirmTotpInput, { code }).code;
