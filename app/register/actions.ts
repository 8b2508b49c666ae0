"use server";
import { RegisterInput } from "#accounts/schemas.ts";
import { openSession } from "#accounts/session-opening.ts";
import { inspectRegistration, registerUser } from "#accounts/users.ts";
import { markBrowser } from "../browser-cookie.ts";
import { visitorAction } from "../form-action.ts";
import { signedInAt } from "../notices.ts";
import { startSession } from "../session-start.ts";

export const register = visitorAction(
  RegisterInput,
  async (visitor, input, before) => {
    const caller = await markBrowser(visitor);
    const { user } = await registerUser(caller, input);
    const opened = await openSession(caller, user, "browser");
    if (!opened) return "/login/";
    await startSession(opened.token, "browser", before);
    return signedInAt("/profile/", "account-created");
  },
  { inspect: inspectRegistration },
);
