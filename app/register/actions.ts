"use server";
import { RegisterInput } from "#accounts/schemas.ts";
import { openSession } from "#accounts/session-opening.ts";
import { registerUser } from "#accounts/users.ts";
import { markBrowser } from "../browser-cookie.ts";
import { formAction } from "../form-action.ts";
import { withNotice } from "../notices.ts";
import { setSessionCookie } from "../session-cookie.ts";

export const register = formAction(RegisterInput, async (unmarked, input) => {
  const caller = await markBrowser(unmarked);
  const { user } = await registerUser(caller, input);
  const opened = await openSession(caller, user, "browser");
  if (!opened) return "/login/";
  await setSessionCookie(opened.token, "browser");
  return withNotice("/profile/", "account-created");
});
