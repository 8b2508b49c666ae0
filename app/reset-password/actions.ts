"use server";
import { ResetPasswordInput } from "#accounts/contract/schemas.ts";
import { inspectReset, resetPassword } from "#accounts/passwords/reset.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { afterLink } from "#app/forms/notices.ts";

export const choosePassword = visitorAction(
  ResetPasswordInput,
  async (visitor, input, before) => {
    const { userId } = await resetPassword(visitor, input);
    return afterLink(before, userId, "password-reset");
  },
  { inspect: inspectReset },
);
