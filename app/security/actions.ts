"use server";
import { SessionFormInput } from "#accounts/contract/api-schemas.ts";
import { ChangePasswordInput, SetPasswordFormInput } from "#accounts/contract/schemas.ts";
import { changePassword, inspectNewPassword } from "#accounts/passwords/change.ts";
import { setFirstPassword } from "#accounts/passwords/first-password.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";
import { renewSessionCookie } from "#app/visitor/session-cookie.ts";
import { setSeenDevice } from "./seen-device-cookie.ts";

export const savePassword = userAction(
  ChangePasswordInput,
  async (caller, input) => {
    const { token, session } = await changePassword(caller, input);
    await renewSessionCookie(token, session);
    return withNotice("/security/", "password-changed");
  },
  { inspect: inspectNewPassword },
);

/** A sign-in on a new device was the user's own. */
export const knowDevice = userAction(SessionFormInput, async (caller, { id }) => {
  await setSeenDevice(caller.user.id, id);
  return withNotice("/sessions/", "device-known");
});

export const setPassword = userAction(
  SetPasswordFormInput,
  async (caller, input) => {
    const { token, session } = await setFirstPassword(caller, input);
    await renewSessionCookie(token, session);
    return withNotice("/security/", "password-set");
  },
  { inspect: inspectNewPassword },
);
