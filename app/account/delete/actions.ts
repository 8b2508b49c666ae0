"use server";
import { DeleteFormInput } from "#accounts/contract/leaving-forms.ts";
import { DeleteNowWithPasskeyInput } from "#accounts/contract/leaving-schemas.ts";
import { passkeyLoginOptions } from "#accounts/factors/passkey-options.ts";
import { deleteAccount } from "#accounts/users/leaving.ts";
import { userAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";
import { clearSessionCookie } from "#app/visitor/session-cookie.ts";

export const deleteLater = userAction(DeleteFormInput, async (caller, { username, current_password }) => {
  await deleteAccount(caller, { username, when: "grace", current_password: current_password || undefined });
  await clearSessionCookie();
  return withNotice("/login/", "deletion-started");
});

export const deleteNow = userAction(DeleteNowWithPasskeyInput, async (caller, { username, passkey, ...typed }) => {
  const given = {
    current_password: typed.current_password || undefined,
    code: typed.code || undefined,
    recovery_code: typed.recovery_code || undefined,
    passkey,
  };
  const { totpSince, passkeys } = caller.user;
  const isByPasskey = totpSince === null && passkeys > 0 && !given.recovery_code;
  if (isByPasskey && !passkey) return { ask: { get: await passkeyLoginOptions(caller, caller.user) } };
  await deleteAccount(caller, { username, when: "now", ...given });
  await clearSessionCookie();
  return withNotice("/login/", "account-deleted");
});
