"use server";
import { FactorFormInput } from "#accounts/contract/schemas.ts";
import { secureAccount } from "#accounts/users/secure-account.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";

export const secure = userAction(FactorFormInput, async (caller, { current_password }) => {
  await secureAccount(caller, { current_password: current_password || undefined });
  return withNotice("/account/secured/", "others-signed-out");
});
