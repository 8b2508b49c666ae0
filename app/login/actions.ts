"use server";
import { LoginFormInput } from "#accounts/schemas.ts";
import { logIn } from "#accounts/sessions.ts";
import { markBrowser } from "../browser-cookie.ts";
import { endSession } from "../current.ts";
import { formAction } from "../form-action.ts";
import { innerPath } from "../inner-path.ts";
import { setSessionCookie } from "../session-cookie.ts";

export const signIn = formAction(LoginFormInput, async (caller, { email, password, remember, next }) => {
  const kind = remember ? "lasting" : "browser";
  const { token } = await logIn(await markBrowser(caller), { email, password }, kind);
  await endSession(caller, { all: false }); // its cookie is about to be replaced
  await setSessionCookie(token, kind);
  return innerPath(next, "/profile/");
});
