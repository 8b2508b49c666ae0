"use server";
import { config } from "#accounts/config.ts";
import { RegisterInput } from "#accounts/contract/schemas.ts";
import { enter } from "#accounts/sessions/log-in.ts";
import { inspectRegistration, registerUser } from "#accounts/users/users.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { withNotice } from "#app/forms/notices.ts";
import { afterLogin } from "#app/login/after-login.ts";
import { withBrowserId } from "#app/visitor/browser-cookie.ts";

export const register = visitorAction(
  RegisterInput,
  async (visitor, input, before) => {
    const caller = await withBrowserId(visitor);
    const { user } = await registerUser(caller, input);
    if (config().requireVerifiedEmail) return withNotice("/login/", "email-unverified");
    const ending = await enter(caller, user, "browser");
    if (!ending) return "/login/";
    return afterLogin(ending, { next: "/profile/", before, code: "account-created" });
  },
  { inspect: inspectRegistration },
);
