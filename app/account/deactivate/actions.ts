"use server";
import { FactorFormInput } from "#accounts/contract/schemas.ts";
import { deactivateAccount } from "#accounts/users/leaving.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";
import { clearSessionCookie } from "#app/visitor/session-cookie.ts";

export const deactivate = userAction(FactorFormInput, async (caller, { current_password }) => {
  await deactivateAccount(caller, { current_password: current_password || undefined });
  await clearSessionCookie();
  return withNotice("/login/", "account-left");
});
