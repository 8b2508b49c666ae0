"use server";
import { RegisterInput } from "#accounts/contract/schemas.ts";
import { openSession } from "#accounts/sessions/opening.ts";
import { inspectRegistration, registerUser } from "#accounts/users/users.ts";
import { visitorAction } from "#app/forms/form-action.ts";
import { signedInAt } from "#app/forms/notices.ts";
import { withBrowserId } from "#app/visitor/browser-cookie.ts";
import { startSession } from "#app/visitor/session-start.ts";

export const register = visitorAction(
  RegisterInput,
  async (visitor, input, before) => {
    const caller = await withBrowserId(visitor);
    const { user } = await registerUser(caller, input);
    const opened = await openSession(caller, user, "browser");
    if (!opened) return "/login/";
    await startSession(opened.token, "browser", before);
    return signedInAt("/profile/", before, input.email, "account-created");
  },
  { inspect: inspectRegistration },
);
