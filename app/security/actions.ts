"use server";
import { changePassword, inspectNewPassword } from "#accounts/password-change.ts";
import { ChangePasswordInput } from "#accounts/schemas.ts";
import { userAction } from "../form-action.ts";
import { withNotice } from "../notices.ts";
import { renewSessionCookie } from "../session-cookie.ts";

export const savePassword = userAction(
  ChangePasswordInput,
  async (caller, input) => {
    const { token, session } = await changePassword(caller, input);
    await renewSessionCookie(token, session);
    return withNotice("/security/", "password-changed");
  },
  { inspect: inspectNewPassword },
);
