"use server";
import { ChangePasswordInput } from "#accounts/contract/schemas.ts";
import { changePassword, inspectNewPassword } from "#accounts/passwords/change.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";
import { renewSessionCookie } from "#app/visitor/session-cookie.ts";

export const savePassword = userAction(
  ChangePasswordInput,
  async (caller, input) => {
    const { token, session } = await changePassword(caller, input);
    await renewSessionCookie(token, session);
    return withNotice("/security/", "password-changed");
  },
  { inspect: inspectNewPassword },
);
