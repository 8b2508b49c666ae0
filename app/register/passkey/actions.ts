"use server";
import { config } from "#accounts/config.ts";
import { RegisterWithPasskeyFormInput } from "#accounts/contract/passkey-schemas.ts";
import { registrationPasskeyOptions } from "#accounts/factors/passkey-options.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { inspectRegistration, registerUser } from "#accounts/users/users.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";
import { afterSession } from "#app/login/after-login.ts";
import { withBrowserId } from "#app/visitor/browser-cookie.ts";

export const registerWithPasskey = visitorAction(
  RegisterWithPasskeyFormInput,
  async (visitor, { passkey, ...names }, before) => {
    if (!passkey) {
      await inspectRegistration(visitor, names); // before a passkey is made that nobody could use
      return { ask: { create: await registrationPasskeyOptions(visitor, names) } };
    }
    const caller = await withBrowserId(visitor);
    const { user } = await registerUser(caller, { ...names, passkey, bio: "", contact_information: "", account_status: "active" });
    if (config().requireVerifiedEmail) return withNotice("/login/", "email-unverified");
    const opened = await openSession(caller, user, "browser", { factors: "passkey" });
    if (!opened) return "/login/";
    return afterSession(opened, { next: "/profile/", before, code: "account-created" });
  },
  { inspect: inspectRegistration },
);
