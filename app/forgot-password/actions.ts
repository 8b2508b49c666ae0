"use server";
import { ForgotPasswordInput } from "#accounts/contract/schemas.ts";
import { requestReset } from "#accounts/passwords/reset.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";

export const askForReset = visitorAction(ForgotPasswordInput, async (visitor, input) => {
  await requestReset(visitor, input);
  return withNotice("/forgot-password/", "reset-requested");
});
